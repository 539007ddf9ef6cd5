import Planning
import Testing

@Suite struct QuantitiesTests {
  @Test(
    "times are read with their unit",
    arguments: [("2us", 2e-6), ("0.5 ms", 5e-4), ("1s", 1), ("100ns", 1e-7), ("3µs", 3e-6), ("0s", 0)])
  func times(text: String, seconds: Double) throws {
    #expect(try abs(#require(Duration(text: text)).seconds - seconds) <= 1e-12)
  }

  @Test(
    "rates are read in bits with a small b and in bytes with a large one",
    arguments: [
      ("10Gb/s", 1.25e9), ("1gbit", 1.25e8), ("200mbit", 2.5e7), ("1.5 GB/s", 1.5e9), ("8kb/s", 1e3), ("1MB/s", 1e6),
    ])
  func rates(text: String, bytes: Double) throws {
    #expect(try abs(#require(DataRate(text: text)).bytesPerSecond - bytes) <= 1e-3)
  }

  @Test(
    "a number without a unit, a unit without a number and signs are none", arguments: ["2", "us", "-1us", "1 hour", ""])
  func noTime(text: String) {
    #expect(Duration(text: text) == nil)
    #expect(DataRate(text: text) == nil)
  }

  @Test(
    "a range of nodes gives the powers of two in it and both its ends",
    arguments: [
      ("16", [16]), ("1..8", [1, 2, 4, 8]), ("3..20", [3, 4, 8, 16, 20]), ("5..5", [5]),
    ])
  func nodes(text: String, counts: [Int]) {
    #expect(NodeCounts(text: text)?.counts == counts)
  }

  @Test(
    "anything else names no nodes",
    arguments: ["", "0", "1..", "..4", "4..1", "1...8", "1.5", "a..b", "1..2000000", "1..2..3"])
  func noNodes(text: String) {
    #expect(NodeCounts(text: text) == nil)
  }
}
