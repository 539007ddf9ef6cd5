import Autograd
import KernelInterface
import Layers
import ModelZoo
import TensorCore

/// Language models: whole training steps, and the writing of a text token by token.
public enum LanguageWorkloads {
  /// Nothing is allocated before one of them runs.
  public static func all(on backend: Backend) -> [Workload] {
    let small = GPT2(vocabulary: 65, context: 64, layers: 4, heads: 4, width: 128)
    return [
      LanguageTraining("gpt2-124m", .small, batch: 4, time: 64, mostLanes: 1, on: backend),
      LanguageTraining("gpt2-124m", .small, batch: 1, time: 512, mostLanes: 1, on: backend),
      LanguageTraining("nanogpt-cpu", small, batch: 12, time: 64, mostLanes: 1, on: backend),
    ].map { $0.workload(family: "language", lanes: 1) } + [Decoding(model: .small, on: backend).workload]
  }
}

/// One token after another, each the likeliest, from position 32 to 96 and again.
private final class Decoding {
  private let sizes: GPT2
  private let backend: Backend
  private lazy var state = State(sizes, on: backend)

  private struct State {
    let model: any LanguageModel
    let parameters: Arena
    let memory = DecoderMemory(capacity: 96)
    var token: Int32 = 0

    init(_ sizes: GPT2, on backend: Backend) {
      let made = sizes.makeModel()
      model = made.languageModel
      parameters = made.makeParameters(on: backend, key: RandomKey(seed: 2))
      token = read((0..<32).map { $0 })
    }

    func read(_ tokens: [Int32]) -> Int32 {
      let context = ForwardContext(
        tape: Tape(parameters: parameters, gradients: nil), mode: .inference, memory: memory)
      let batch = TokenBatch(tokens: tokens, labels: tokens, sequences: 1)
      return model.lastLogits(of: batch, context).argmaxRows()[0]
    }
  }

  init(model: GPT2, on backend: Backend) {
    sizes = model
    self.backend = backend
  }

  var workload: Workload {
    // Every weight is read once for a token, but of the table of positions one row.
    let layout = sizes.makeModel().layout
    let weights = layout.parameterCount - sizes.context * sizes.width
    return Workload(
      family: "language", name: "gpt2-124m, one token",
      parameters: ["model": "gpt2-124m", "operation": "decode"],
      work: .bytes(Double(weights * MemoryLayout<Float>.stride))
    ) { [self] in
      if state.memory.count == state.memory.capacity { state.memory.truncate(to: 32) }
      state.token = state.read([state.token])
    }
  }
}
