import Autograd
import Glibc
import KernelInterface
import Layers
import ModelZoo
import TensorCore
import TestSupport
import Testing

@Suite("GPT-2")
struct GPT2Tests {
  private static let tiny = GPT2(vocabulary: 11, context: 6, layers: 2, heads: 2, width: 8)

  @Test("the smallest has the paper's number of parameters")
  func parameterCount() {
    let model = GPT2.small.makeModel()
    #expect(model.layout.parameterCount == 124_439_808)
    #expect(
      "\(model)" == "GPT-2 of 12 x 768, 12 heads, context 1024, vocabulary 50257, 124439808 parameters")
  }

  @Test("its parameters are named by their place")
  func names() {
    let entries = GPT2(vocabulary: 5, context: 3, layers: 1, heads: 2, width: 4).makeModel().layout.entries
    #expect(
      entries.map { "\($0.name) \($0.shape)" } == [
        "tokens.weight [5, 4]", "positions.weight [3, 4]",
        "blocks.0.attention_norm.weight [4]", "blocks.0.attention_norm.bias [4]",
        "blocks.0.attention.projection.weight [4, 12]", "blocks.0.attention.projection.bias [12]",
        "blocks.0.attention.output.weight [4, 4]", "blocks.0.attention.output.bias [4]",
        "blocks.0.feed_forward_norm.weight [4]", "blocks.0.feed_forward_norm.bias [4]",
        "blocks.0.up.weight [4, 16]", "blocks.0.up.bias [16]", "blocks.0.down.weight [16, 4]", "blocks.0.down.bias [4]",
        "norm.weight [4]", "norm.bias [4]",
      ])
  }

  @Test("parameters begin normal, smaller where results are added up; biases at 0, scales at 1")
  func start() {
    let model = GPT2(vocabulary: 100, context: 64, layers: 8, heads: 2, width: 64).makeModel()
    let parameters = model.makeParameters(on: Backend(threads: 1), key: RandomKey(seed: 1))
    for (index, entry) in model.layout.entries.enumerated() {
      let values = parameters.tensor(index).values
      let deviation = (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
      let isAddedUp = entry.name.hasSuffix("output.weight") || entry.name.hasSuffix("down.weight")
      let expected: Float =
        entry.shape.rank == 2 ? (isAddedUp ? 0.005 : 0.02) : entry.name.hasSuffix("weight") ? 1 : 0
      #expect(abs(deviation - expected) <= 0.05 * expected, "\(entry.name): \(deviation)")
    }
  }

  @Test("before training every token is about equally likely")
  func firstLoss() {
    let model = GPT2(vocabulary: 300, context: 32, layers: 3, heads: 4, width: 32).makeModel()
    let loss = ModelPass(model, windows: Self.windows(4, of: 33, below: 300), sequences: 4).loss
    #expect(abs(loss - 5.7038) < 0.05, "log 300 is 5.7038, the loss \(loss)")
  }

  @Test("a token's loss does not depend on the tokens behind it")
  func causality() {
    let model = Self.tiny.makeModel()
    /// The sum over the tokens behind the first.
    func loss(_ window: [Int32]) -> Float {
      ModelPass(model, windows: window, growth: 20).loss * Float(window.count - 1)
    }
    let beginning = loss([3, 1, 4, 1])
    // The fifth token is only predicted, never read.
    let (five, nine) = (loss([3, 1, 4, 1, 5]) - beginning, loss([3, 1, 4, 1, 9]) - beginning)
    let likelihoods = (0..<11).map { exp(-Double(loss([3, 1, 4, 1, $0]) - beginning)) }
    #expect(five != nine)
    #expect(abs(likelihoods.reduce(0, +) - 1) < 1e-4, "the tokens before keep their loss, so these are likelihoods")
  }

  @Test("gradients agree with central differences")
  func gradients() {
    let model = Self.tiny.makeModel()
    let windows = Self.windows(3, of: 6, below: 11)
    let pass = ModelPass(model, windows: windows, sequences: 3, growth: 20)
    let step: Float = 1 / 128
    for (index, entry) in model.layout.entries.enumerated() {
      let gradient = pass.gradients.tensor(index).values
      // Along one direction per parameter, so that single precision suffices.
      let direction = seededValues(gradient.count, seed: UInt64(index))
      let size = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let expected = zip(gradient, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) } / Double(size)
      let losses = [step, -step].map { step in
        let moved = ModelPass(model, windows: windows, sequences: 3, growth: 20, gradients: false) {
          $0.move(index, by: direction.map { $0 * step / size })
        }
        return Double(moved.loss)
      }
      let measured = (losses[0] - losses[1]) / Double(2 * step)
      #expect(abs(measured - expected) < 2e-4 * max(1, abs(expected)), "\(entry.name): \(expected), not \(measured)")
    }
  }

  @Test("loss and gradients are the same bits for every instruction set and number of threads, with dropout")
  func sameBits() {
    let model = GPT2(vocabulary: 500, context: 40, layers: 2, heads: 3, width: 48, dropout: 0.2).makeModel()
    let windows = Self.windows(6, of: 41, below: 500)
    let results = Processor.supportedInstructionSets.flatMap { instructionSet in
      [1, 2].map { threads in
        let pass = ModelPass(
          model, windows: windows, sequences: 6, on: Backend(instructionSet: instructionSet, threads: threads))
        return [pass.loss.bitPattern] + pass.gradients.tensor.withValues { $0.map { $0.bitPattern } }
      }
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }

  @Test("dropout changes a training pass and leaves inference alone")
  func dropout() {
    let plain = GPT2(vocabulary: 11, context: 6, layers: 2, heads: 2, width: 8).makeModel()
    let dropping = GPT2(vocabulary: 11, context: 6, layers: 2, heads: 2, width: 8, dropout: 0.5).makeModel()
    let windows = Self.windows(3, of: 7, below: 11)
    #expect(
      ModelPass(plain, windows: windows, sequences: 3).loss != ModelPass(dropping, windows: windows, sequences: 3).loss)
    let inference = [plain, dropping].map { ModelPass($0, windows: windows, sequences: 3, mode: .inference).loss }
    #expect(inference[0] == inference[1])
  }

  private static func windows(_ count: Int, of width: Int, below vocabulary: Int) -> [Int32] {
    let key = RandomKey(seed: 7)
    return (0..<count * width).map { Int32(key.bits(at: $0) % UInt32(vocabulary)) }
  }
}
