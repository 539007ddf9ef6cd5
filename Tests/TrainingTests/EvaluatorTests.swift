import Collectives
import Datasets
import KernelInterface
import TensorCore
import TestSupport
import Testing

@testable import Training

@Suite struct EvaluatorTests {
  private static let digits = Result { try DataSource.digits.load().pool }

  /// The figures of every rank for an untrained model on some of the digits.
  private func evaluate(_ samples: Range<Int>, ranks: Int) throws -> [EvaluationResult] {
    let part = DataPart(source: .table(try Self.digits.get()), samples: Array(samples))
    return try InProcessGroup.run(ranks: ranks) { group in
      let configuration = try RunConfiguration.parse(
        "model: {kind: mlp, hidden: [16]}\ndata: {kind: digits}\n", name: "a", directory: "/", workingDirectory: "/")
      let model = try TrainingModel(configuration, fitting: part)
      let parameters = model.model.makeParameters(on: Backend(threads: 1), key: RandomKey(seed: 3))
      return try Evaluator(model: model, parameters: parameters, group: group).evaluate(part)
    }
  }

  @Test(
    "every rank of any number gets the same bits: one chunk, an uneven tail, fewer chunks than ranks",
    arguments: [1, 255, 256, 257, 1000, 1797])
  func sameBits(samples: Int) throws {
    let alone = try evaluate(0..<samples, ranks: 1)[0]
    #expect(alone.samples == samples)
    #expect(alone.loss > 1 && alone.loss < 100)
    for ranks in 2...5 {
      #expect(try evaluate(0..<samples, ranks: ranks) == Array(repeating: alone, count: ranks))
    }
  }

  @Test(
    "windows of a text, at most 4096 tokens at a time: the same bits on every number of ranks", arguments: [1, 4, 9])
  func textSameBits(windows: Int) throws {
    let tokens = TokenSequence((0...windows * 1024).map { Int32($0 * $0 % 251) }, vocabularySize: 256)
    let part = DataPart(TextDataset(tokens: tokens, context: 1024, vocabularySize: 256, origin: "a"))
    #expect(part.evaluationChunk == 4)
    let configuration = try RunConfiguration.parse(
      "model: {kind: gpt, layers: 1, heads: 2, width: 8}\ndata: {kind: text, path: a, context: 1024}\n", name: "a",
      directory: "/", workingDirectory: "/")
    let results = try (1...3).map { ranks in
      try InProcessGroup.run(ranks: ranks) { group in
        let model = try TrainingModel(configuration, fitting: part)
        let parameters = model.model.makeParameters(on: Backend(threads: 1), key: RandomKey(seed: 3))
        return try Evaluator(model: model, parameters: parameters, group: group).evaluate(part)
      }
    }
    for result in results.joined() { #expect(result == results[0][0]) }
    #expect(results[0][0].tokens == windows * 1024 && results[0][0].samples == windows)
    #expect(abs(results[0][0].loss - 5.545) < 0.05, "log 256 is 5.545")
  }

  @Test("the figures are means over the samples: of two sets together, the mean of theirs by their sizes")
  func means() throws {
    let parts = try [0..<256, 256..<300].map { try evaluate($0, ranks: 1)[0] }
    let whole = try evaluate(0..<300, ranks: 2)[0]
    #expect(abs((parts[0].loss * 256 + parts[1].loss * 44) / 300 - whole.loss) < 1e-6 * whole.loss)
    let hits = (parts + [whole]).map { ($0.accuracy ?? .nan) * Double($0.samples) }
    #expect(abs(hits[0] + hits[1] - hits[2]) < 1e-9)
    #expect(hits[2] > 0)
  }
}
