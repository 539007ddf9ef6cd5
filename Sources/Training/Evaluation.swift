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
  /// The share classified right; absent where the targets are numbers, or where nobody asked about tokens.
  public var accuracy: Double?
  /// The bits that a coder with the model's predictions would spend on a byte of text; absent where other tokens than the next are
  /// predicted, or where it is not known what tokens stand for. Unlike the loss it compares models with other vocabularies.
  public var bitsPerByte: Double?

  /// e^loss: among how many equally likely tokens a model would be as unsure. `nil` where samples are no texts.
  public var perplexity: Double? { tokens.map { _ in exp(loss) } }

  /// What people ask for beside the loss.
  var judgement: (name: String, value: String)? {
    if tokens == nil, let accuracy { return ("accuracy", accuracy.percent) }
    return perplexity.map { ("perplexity", $0.fixed(2)) }
  }

  enum CodingKeys: String, CodingKey {
    case samples, tokens, loss, accuracy
    case bitsPerByte = "bits_per_byte"
  }
}

/// Runs a model over a set, shared among the ranks, without training it.
struct Evaluator {
  let model: TrainingModel
  let parameters: Arena
  let group: any ProcessGroup
  /// Whether to count the tokens that the model would have guessed, which takes a second pass over texts.
  var countsTokenHits = false
  /// Told after each chunk that this rank has computed.
  var whenChunkIsDone: () -> Void = {}

  /// The same result, bit for bit, on any number of ranks: each chunk is computed whole by one rank, every rank gets
  /// every chunk's figures (adding the others' zeros changes nothing), and they are added in the order of the chunks.
  func evaluate(_ part: DataPart) throws -> EvaluationResult {
    let plan = EvaluationPlan(sampleCount: part.samples.count, chunkSize: part.evaluationChunk)
    var chunks = [ChunkFigures](repeating: ChunkFigures(), count: plan.chunkCount)
    for chunk in plan.chunks(ofRank: group.rank, of: group.size) {
      chunks[chunk] = figures(of: part, samples: part.samples[plan.samples(ofChunk: chunk)])
      whenChunkIsDone()
    }
    var all = chunks.flatMap(\.list)
    try group.allReduceSum(&all)
    let sum = ChunkFigures(summing: all)
    let isText = part.context != nil && !model.classifies
    return EvaluationResult(
      samples: part.samples.count, tokens: isText ? Int(sum.weight) : nil, loss: sum.loss / max(1, sum.weight),
      accuracy: model.classifies || (isText && countsTokenHits) ? sum.hits / max(1, sum.weight) : nil,
      bitsPerByte: sum.bytes > 0 ? sum.loss / log(2) / sum.bytes : nil)
  }

  private func figures(of part: DataPart, samples: ArraySlice<Int>) -> ChunkFigures {
    let batch = part.batch(samples, on: parameters.backend, key: .hidingForEvaluation)
    func context() -> ForwardContext {
      ForwardContext(tape: Tape(parameters: parameters, gradients: nil), mode: .inference)
    }
    let (loss, hits) = model.assess(batch, context())
    var figures = ChunkFigures()
    figures.weight = Double(batch.weight)
    figures.loss = Double(loss) * figures.weight
    figures.hits = Double(hits ?? 0)
    if case .tokens(let tokens) = batch {
      figures.bytes = Double(part.bytes(predictedIn: tokens) ?? 0)
      if countsTokenHits { figures.hits = Double(model.tokenHits(in: tokens, context)) }
    }
    return figures
  }
}

/// What is added up over the chunks of an evaluation.
private struct ChunkFigures {
  /// The mean loss times the weight.
  var loss = 0.0
  /// The samples, or the tokens predicted, that the loss is a mean over.
  var weight = 0.0
  /// Those that were right.
  var hits = 0.0
  /// The bytes of text that the predicted tokens stand for.
  var bytes = 0.0

  init() {}

  /// The sum of the lists of all chunks, added in their order.
  init(summing lists: [Double]) {
    for start in stride(from: 0, to: lists.count, by: 4) {
      loss += lists[start]
      weight += lists[start + 1]
      hits += lists[start + 2]
      bytes += lists[start + 3]
    }
  }

  var list: [Double] { [loss, weight, hits, bytes] }
}
