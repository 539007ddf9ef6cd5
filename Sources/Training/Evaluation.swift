import Autograd
import Collectives
import Datasets
import Glibc
import Layers
import Tables
import TensorCore

/// What a model makes of a set of samples.
public struct EvaluationResult: Codable, Equatable, Sendable {
  public var samples: Int
  /// The tokens that were predicted in them; absent where samples are no texts.
  public var tokens: Int?
  /// The mean over the samples, of texts over the tokens.
  public var loss: Double
  /// The share classified right; absent where the targets are numbers, or tokens.
  public var accuracy: Double?

  /// e^loss: among how many equally likely tokens a model would be as unsure. `nil` where samples are no texts.
  public var perplexity: Double? { tokens.map { _ in exp(loss) } }

  /// What people ask for beside the loss.
  var judgement: (name: String, value: String)? {
    accuracy.map { ("accuracy", $0.percent) } ?? perplexity.map { ("perplexity", $0.fixed(2)) }
  }
}

/// Runs a model over a set, shared among the ranks, without training it.
struct Evaluator {
  let model: TrainingModel
  let parameters: Arena
  let group: any ProcessGroup

  /// The same result, bit for bit, on any number of ranks: each chunk is computed whole by one rank, every rank gets
  /// every chunk's figures (adding the others' zeros changes nothing), and they are added in the order of the chunks.
  func evaluate(_ part: DataPart) throws -> EvaluationResult {
    let plan = EvaluationPlan(sampleCount: part.samples.count, chunkSize: part.evaluationChunk)
    var losses = [Double](repeating: 0, count: plan.chunkCount)
    var hits = [Double](repeating: 0, count: plan.chunkCount)
    for chunk in plan.chunks(ofRank: group.rank, of: group.size) {
      let samples = part.samples[plan.samples(ofChunk: chunk)]
      let batch = part.batch(samples, on: parameters.backend)
      let tape = Tape(parameters: parameters, gradients: nil)
      let figures = model.assess(batch, ForwardContext(tape: tape, mode: .inference))
      losses[chunk] = Double(figures.loss) * Double(samples.count)
      hits[chunk] = Double(figures.hits ?? 0)
    }
    var figures = losses + hits
    try group.allReduceSum(&figures)
    let count = Double(part.samples.count)
    let (loss, hit) = (figures[..<plan.chunkCount].reduce(0, +), figures[plan.chunkCount...].reduce(0, +))
    return EvaluationResult(
      samples: part.samples.count, tokens: part.tokens, loss: loss / count,
      accuracy: model.countsHits ? hit / count : nil)
  }
}
