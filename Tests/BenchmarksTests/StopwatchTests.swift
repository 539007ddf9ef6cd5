import Testing

@testable import Benchmarks

@Suite struct StopwatchTests {
  @Test("a block has as many calls as fit into 20 milliseconds, and at least one")
  func calibration() {
    for (seconds, calls) in [(0.001, 20), (0.000_02, 1000), (0.008, 3), (0.015, 1), (0.1, 1), (3, 1)] {
      let time = FakeTime()
      let workload = time.workload("a") { _ in seconds }
      #expect(time.stopwatch.callsPerBlock(of: workload.run) == calls, "\(seconds) s")
    }
  }

  @Test("the first call, which is slower, does not shorten the blocks, and a long one is not repeated")
  func firstCall() {
    let time = FakeTime()
    let slowAtFirst = time.workload("a") { call in call == 1 ? 0.15 : 0.001 }
    #expect(time.stopwatch.callsPerBlock(of: slowAtFirst.run) == 20)
    time.forget()
    let long = time.workload("b") { _ in 0.3 }
    #expect(time.stopwatch.callsPerBlock(of: long.run) == 1)
    #expect(time.log == ["b"])
  }

  @Test("a block's first call warms up and is not counted, unless it is the only one")
  func warming() {
    let time = FakeTime()
    let workload = time.workload("a") { call in call == 1 ? 9 : 0.25 }
    #expect(time.stopwatch.secondsPerCall(of: workload.run, calls: 4) == 0.25)
    #expect(time.log.count == 5)
    #expect(time.stopwatch.secondsPerCall(of: workload.run, calls: 1) == 0.25)
    #expect(time.log.count == 6)
  }
}
