import Testing

@testable import Training

@Suite("The estimate of a run")
struct RunEstimateTests {
  private func estimate(_ model: String, ranks: Int = 1, _ overrides: String...) throws -> RunEstimate {
    let yaml = """
      model: {\(model)}
      data: {kind: tokens, path: nowhere, context: 64}
      training: {batch: 4}
      optimizer: {kind: adamw}
      """
    return try RunEstimate(
      RunConfiguration.parse(yaml, name: "a.yaml", directory: "/here", overrides: overrides, workingDirectory: "/here"),
      ranks: ranks)
  }

  private let gpt2 = "kind: gpt, layers: 12, heads: 12, width: 768, context: 1024, vocabulary: 50257"

  @Test("of GPT-2: parameters, operations and memory by the book, without any data")
  func small() throws {
    let estimate = try estimate(gpt2)
    #expect(estimate.trained == 124_439_808 && estimate.unitsPerStep == 256 && estimate.unit == "tokens")
    // Six operations for each weight of a matrix and token, and the scores.
    let weights = 12.0 * 12 * 768 * 768 + 768 * 50257
    #expect(abs(estimate.operationsPerStep - 6 * 256 * (weights + 12 * 64 * 768)) < 1e6)
    #expect(abs(estimate.memory[0].bytes - 4 * 124_439_808) < 1e5)
    #expect(estimate.memory[2].bytes == 2 * estimate.memory[0].bytes)
  }

  @Test("ranks of a node share parameters and the optimizer's state, not gradients")
  func ranks() throws {
    let (alone, four) = (try estimate(gpt2), try estimate(gpt2, ranks: 4))
    #expect(four.memory[0].bytes == alone.memory[0].bytes / 4 && four.memory[2].bytes == alone.memory[2].bytes / 4)
    #expect(four.memory[1].bytes == alone.memory[1].bytes)
    #expect(four.memory[3].bytes < alone.memory[3].bytes)
    #expect(four.operationsPerStep == alone.operationsPerStep)
  }

  @Test("blocks that are recomputed keep less and take a third more work")
  func recomputation() throws {
    let (kept, again) = (try estimate(gpt2), try estimate(gpt2 + ", recompute: true"))
    #expect(again.memory[3].bytes < 0.5 * kept.memory[3].bytes)
    #expect(abs(again.operationsPerStep / kept.operationsPerStep - 4.0 / 3) < 1e-9)
  }

  @Test(
    "of the large ones the published numbers of parameters",
    arguments: [
      (
        "kind: llama, layers: 32, heads: 32, key_value_heads: 8, width: 4096, feed_forward: 14336, vocabulary: 128256",
        8_030_261_248
      ),
      ("kind: olmo2, layers: 32, heads: 32, width: 4096, feed_forward: 11008, vocabulary: 100352", 7_298_617_344),
      ("kind: gpt, layers: 36, heads: 20, width: 1280, context: 1024, vocabulary: 50257", 774_030_080),
    ])
  func large(_ model: String, _ parameters: Int) throws {
    #expect(try estimate(model).trained == parameters)
  }
}
