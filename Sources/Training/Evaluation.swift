import Autograd
import Collectives
import Datasets
import Layers
import TensorCore

/// What a model makes of a set of samples.
public struct EvaluationResult: Codable, Equatable, Sendable {
  public var samples: Int
  /// The mean over the samples.
  public var loss: Double
  /// The share classified right; absent where the targets are numbers.
  public var accuracy: Double?
}

/// Runs a model over a set, shared among the ranks, without training it.
struct Evaluator {
  /// Samples that go through the model together. Part of the order of summation, so it never depends on the machine.
  private static let chunkSize = 256

  let model: TrainingModel
  let parameters: Arena
  let group: any ProcessGroup

  /// The same result, bit for bit, on any number of ranks: each chunk is computed whole by one rank, every rank gets
  /// every chunk's figures (adding the others' zeros changes nothing), and they are added in the order of the chunks.
  func evaluate(_ part: DataPart) throws -> EvaluationResult {
    let plan = EvaluationPlan(sampleCount: part.samples.count, chunkSize: Self.chunkSize)
    var losses = [Double](repeating: 0, count: plan.chunkCount)
    var hits = [Double](repeating: 0, count: plan.chunkCount)
    for chunk in plan.chunks(ofRank: group.rank, of: group.size) {
      let samples = part.samples[plan.samples(ofChunk: chunk)]
      let batch = part.batch(samples, on: parameters.backend)
      let tape = Tape(parameters: parameters, gradients: nil)
      let predictions = model.model.predictions(
        for: batch.inputs, ForwardContext(tape: tape, mode: .inference))
      losses[chunk] = Double(model.loss(of: predictions, batch).value.scalar) * Double(samples.count)
      hits[chunk] = Double(model.hits(in: predictions.value, batch) ?? 0)
    }
    var figures = losses + hits
    try group.allReduceSum(&figures)
    let count = Double(part.samples.count)
    let (loss, hit) = (figures[..<plan.chunkCount].reduce(0, +), figures[plan.chunkCount...].reduce(0, +))
    return EvaluationResult(
      samples: part.samples.count, loss: loss / count, accuracy: model.countsHits ? hit / count : nil)
  }
}
