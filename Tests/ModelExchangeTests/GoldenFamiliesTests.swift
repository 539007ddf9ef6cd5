import Autograd
import KernelInterface
import Layers
import ModelExchange
import ModelZoo
import Optimizers
import TensorCore
import TestSupport
import Testing

/// Folders that `transformers` wrote, and what it computed with them: `Tests/Golden/families.py`.
@Suite("A folder written by transformers")
struct GoldenFamiliesTests {
  static let families = ["bert", "gpt2", "llama", "mixtral", "olmo2", "t5"]

  private struct Case {
    let name: String
    let golden: GoldenFile
    let configuration: HuggingFaceConfiguration
    let model: Model
    let parameters: Arena
    let batches: [TokenBatch]

    init(_ name: String) throws {
      self.name = name
      golden = try GoldenFile("families")
      let read = try ModelImport(folder: "\(repositoryRoot)/Tests/Golden/families/\(name)")
      configuration = read.configuration
      model = read.configuration.architecture.makeModel()
      parameters = Arena(model.layout, on: Backend())
      try read.read(into: parameters)
      batches = try Self.batches(golden, name)
    }

    private static func batches(_ golden: GoldenFile, _ name: String) throws -> [TokenBatch] {
      let shape = try golden.shape(name, "tokens")
      let (steps, sequences, size) = (shape[0], shape[1], shape[1] * shape[2])
      func rows(_ key: String, _ size: Int) throws -> [[Int32]] {
        let all = try golden.integers(name, key)
        return (0..<steps).map { Array(all[$0 * size..<($0 + 1) * size]) }
      }
      let (tokens, labels) = (try rows("tokens", size), try rows("labels", size))
      let lengths = golden.has(name, "lengths") ? try rows("lengths", sequences) : nil
      let sources = golden.has(name, "source") ? try rows("source", size) : nil
      return (0..<steps).map { step in
        TokenBatch(
          tokens: tokens[step], labels: labels[step], sequences: sequences, lengths: lengths?[step].map(Int.init),
          source: sources.map { TokenBatch.Source(tokens: $0[step], time: shape[2]) })
      }
    }

    func backward(_ batch: TokenBatch, into gradients: Arena) -> Float {
      let tape = Tape(parameters: parameters, gradients: gradients)
      let loss = model.meanLoss(of: batch, ForwardContext(tape: tape, mode: .training(RandomKey(seed: 1))))
      tape.backward(from: loss)
      return loss.value.scalar
    }
  }

  @Test("gives the same logits", arguments: families)
  func logits(name: String) throws {
    let one = try Case(name)
    let tape = Tape(parameters: one.parameters, gradients: nil)
    let logits = one.model.languageModel.logits(of: one.batches[0], ForwardContext(tape: tape, mode: .inference))
    let expected = try one.golden.floats(name, "logits")
    let columns = logits.shape.columns
    for (row, label) in one.batches[0].labels.enumerated() where label != TokenBatch.ignored {
      let range = row * columns..<(row + 1) * columns
      expectClose(Array(logits.values[range]), Array(expected[range]), tolerance: 1e-5, "row \(row)")
    }
  }

  @Test("gives the same gradients, under the names of its tensors", arguments: families)
  func gradients(name: String) throws {
    let one = try Case(name)
    let gradients = Arena(one.model.layout, on: one.parameters.backend)
    _ = one.backward(one.batches[0], into: gradients)
    let map = WeightMap(of: one.configuration)
    for part in map.parts {
      let value = map.value(of: part, in: gradients.tensor(part.parameter)).values
      expectClose(value, try one.golden.floats(name, "gradient.\(part.tensor.name)"), tolerance: 5e-6, part.tensor.name)
    }
  }

  @Test("trains by AdamW through the same losses", arguments: families)
  func losses(name: String) throws {
    let one = try Case(name)
    let (layout, backend) = (one.model.layout, one.parameters.backend)
    let gradients = Arena(layout, on: backend)
    let options = OptimizerOptions(.adamW(), weightDecay: 0.1, decayed: .matrices)
    let optimizer = Optimizer(options, layout: layout, on: backend)
    let losses = one.batches.enumerated().map { step, batch in
      let loss = one.backward(batch, into: gradients)
      optimizer.update(
        parameters: one.parameters, gradients: gradients, gradientScale: 1, learningRate: 0.01, step: step)
      return loss
    }
    expectClose(losses, try one.golden.floats(name, "losses"), tolerance: 2e-5, "losses")
  }
}
