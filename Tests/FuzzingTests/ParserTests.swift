import FuzzedParsers
import TestSupport
import Testing

@Suite("A parser of foreign bytes")
struct ParserTests {
  private static let parsers = FuzzedParser.all.map(\.name)

  private func parser(_ name: String) throws -> FuzzedParser { try #require(FuzzedParser.named(name)) }

  @Test("accepts the sound inputs of its corpus and refuses the others", arguments: parsers)
  func corpus(name: String) throws {
    let (parser, folder) = (try parser(name), try ScratchFolder())
    let paths = try FuzzCorpus.seeds(of: parser)
    #expect(paths.contains { !isBad($0) }, "there is no sound input")
    for path in paths {
      let refusal = parser.refusal(of: try FuzzCorpus.bytes(of: path), in: folder)
      #expect((refusal != nil) == isBad(path), "\(path): \(refusal ?? "accepted")")
    }
  }

  @Test("bears every input that it once did not", arguments: parsers)
  func failures(name: String) throws {
    let (parser, folder) = (try parser(name), try ScratchFolder())
    for path in try FuzzCorpus.failures(of: parser) {
      _ = parser.refusal(of: try FuzzCorpus.bytes(of: path), in: folder)
    }
  }

  @Test("bears its corpus with a few changes, five hundred times", arguments: parsers)
  func mutations(name: String) throws {
    let (parser, folder) = (try parser(name), try ScratchFolder())
    let seeds = try FuzzCorpus.seeds(of: parser).map(FuzzCorpus.bytes(of:))
    var mutator = Mutator(seed: 6)
    var refused = 0
    for round in 0..<500 {
      let input = mutator.mutated(seeds[round % seeds.count], splicing: seeds[(round + round / 7) % seeds.count])
      if parser.refusal(of: input, in: folder) != nil { refused += 1 }
    }
    #expect(refused > 0, "none of the changed inputs was refused")
  }

  private func isBad(_ path: String) -> Bool { path.split(separator: "/").last?.hasPrefix("bad-") ?? false }
}
