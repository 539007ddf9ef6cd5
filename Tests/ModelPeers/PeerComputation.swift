import Autograd
import Checkpoints
import Files
import KernelInterface
import Layers
import ModelExchange
import ModelZoo
import Optimizers
import TensorCore

/// What we compute for a case: logits, loss and gradients of the first batch, the losses of AdamW's first steps, and how the
/// model goes on from a text.
///
/// A folder holds `model`, the exported weights; `batches.json`; `ours.safetensors`, with `logits` and each gradient under the
/// Hugging Face name of its tensor behind `gradient.`; `ours.json`, with the losses, `greedy` and what AdamW was told.
struct PeerComputation {
  private let peerCase: PeerCase
  private let configuration: HuggingFaceConfiguration
  private let model: Model
  private let parameters: Arena

  init(of peerCase: PeerCase, on backend: Backend) {
    self.peerCase = peerCase
    configuration = HuggingFaceConfiguration(peerCase.architecture)
    model = peerCase.architecture.makeModel()
    parameters = model.makeParameters(on: backend, key: RandomKey(seed: 2))
    enlarge()
  }

  /// As they begin, matrices are so small that attention looks everywhere alike, scales are one and biases zero: a mistake there
  /// would hardly show.
  private func enlarge() {
    let isT5 = if case .t5 = peerCase.architecture { true } else { false }
    for (index, entry) in model.layout.entries.enumerated() {
      let key = RandomKey(seed: 3).derived(UInt64(index))
      parameters.destination(index, accumulates: false).withMutableValues { values in
        for place in values.indices {
          if entry.shape.rank == 2 {
            // Those of T5 begin larger.
            values[place] *= isT5 ? 1 : 5
          } else {
            values[place] += 0.4 * (Float(key.bits(at: place) >> 8) / 16_777_216 - 0.5)
          }
        }
      }
    }
  }

  func write(to folder: String) throws {
    let files = LocalFileSystem()
    try files.createDirectoryAndParents(folder)
    try ModelExport(configuration).write(to: "\(folder)/model") { parameters.tensor($0) }
    let batches = (0..<PeerCase.batchCount).map(peerCase.batch)
    try write(.array(batches.map(Self.json)), to: "\(folder)/batches.json", files)
    let greedy = peerCase.continuesTexts ? greedyTokens(after: Array(batches[0].tokens.prefix(5)), count: 16) : []
    let gradients = Arena(model.layout, on: parameters.backend)
    let loss = backward(batches[0], into: gradients)
    try writeTensors(logits(of: batches[0]), gradients, to: "\(folder)/ours.safetensors", files)
    let training = Training()
    let losses = training.losses(of: batches, parameters) { backward($0, into: $1) }
    try write(
      .object([
        "loss": .number(Double(loss)), "losses": .array(losses.map { .number(Double($0)) }),
        "greedy": .array(greedy.map { .integer(Int($0)) }), "training": training.json,
      ]), to: "\(folder)/ours.json", files)
  }

  private func write(_ value: JSONValue, to path: String, _ files: LocalFileSystem) throws {
    let file = try files.createFile(path)
    try value.fileText.withUnsafeBytes { try file.write($0) }
    try file.close()
  }

  private static func json(_ batch: TokenBatch) -> JSONValue {
    func list(_ numbers: [some BinaryInteger]) -> JSONValue { .array(numbers.map { .integer(Int($0)) }) }
    func part(_ tokens: [Int32], _ time: Int, _ lengths: [Int]?) -> [String: JSONValue] {
      ["tokens": list(tokens), "time": .integer(time), "lengths": lengths.map { list($0) } ?? .null]
    }
    var members = part(batch.tokens, batch.time, batch.lengths)
    members["sequences"] = .integer(batch.sequences)
    members["labels"] = list(batch.labels)
    members["source"] = batch.source.map { .object(part($0.tokens, $0.time, $0.lengths)) } ?? .null
    return .object(members)
  }

  // MARK: - Passes

  private func logits(of batch: TokenBatch) -> Tensor {
    model.languageModel.logits(
      of: batch, ForwardContext(tape: Tape(parameters: parameters, gradients: nil), mode: .inference))
  }

  /// The loss of a batch; its gradient replaces what is in the arena.
  private func backward(_ batch: TokenBatch, into gradients: Arena) -> Float {
    let tape = Tape(parameters: parameters, gradients: gradients)
    let loss = model.meanLoss(of: batch, ForwardContext(tape: tape, mode: .training(RandomKey(seed: 1))))
    tape.backward(from: loss)
    return loss.value.scalar
  }

  /// The likeliest tokens, each read again.
  private func greedyTokens(after prompt: [Int32], count: Int) -> [Int32] {
    var tokens = prompt
    for _ in 0..<count {
      let last = logits(of: TokenBatch(tokens: tokens, labels: tokens, sequences: 1))
        .sliced(dimension: 0, range: tokens.count - 1..<tokens.count)
      tokens += last.argmaxRows()
    }
    return tokens
  }

  private func writeTensors(_ logits: Tensor, _ gradients: Arena, to path: String, _ files: LocalFileSystem) throws {
    let map = WeightMap(of: configuration)
    var tensors = ["logits": logits]
    for part in map.parts {
      tensors["gradient." + part.tensor.name] = map.value(of: part, in: gradients.tensor(part.parameter))
    }
    let signatures = tensors.map { TensorSignature(name: $0.key, shape: $0.value.shape.dimensions) }
    try SafetensorsFile.write(signatures, to: path, fileSystem: files) { tensors[$0.name]?.values ?? [] }
  }
}

/// AdamW with weight decay on matrices only.
private struct Training {
  let learningRate: Float = 1e-3
  let weightDecay: Float = 0.1

  var json: JSONValue {
    .object([
      "learning_rate": .number(1e-3), "weight_decay": .number(0.1), "beta1": .number(0.9), "beta2": .number(0.999),
      "epsilon": .number(1e-8),
    ])
  }

  /// The loss of each batch before the step that it makes.
  func losses(
    of batches: [TokenBatch], _ parameters: Arena, backward: (TokenBatch, _ gradients: Arena) -> Float
  ) -> [Float] {
    let gradients = Arena(parameters.layout, on: parameters.backend)
    let optimizer = Optimizer(
      OptimizerOptions(.adamW(), weightDecay: weightDecay, decayed: .matrices), layout: parameters.layout,
      on: parameters.backend)
    return batches.enumerated().map { step, batch in
      let loss = backward(batch, gradients)
      optimizer.update(
        parameters: parameters, gradients: gradients, gradientScale: 1, learningRate: learningRate, step: step)
      return loss
    }
  }
}
