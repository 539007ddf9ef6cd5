import Autograd
import Failures
import Layers
import ModelZoo
import TensorCore

/// Lets a language model write on, token by token.
///
/// With memory each token costs one token's work. Where the context is full, the text's last half is read anew, and writing goes on
/// from there.
public struct TextGenerator {
  private let model: any LanguageModel
  private let context: Int
  private let parameters: Arena
  private let sampler: TokenSampler
  /// Whether keys and values of the tokens before are kept. Without, every token is computed from the whole text: the same bits.
  private let remembers: Bool

  /// - Throws: where the model does not go on with texts: BERT and T5.
  public init(_ saved: SavedModel, _ sampling: SamplingOptions, remembers: Bool = true) throws(GenerationError) {
    guard case .language(let model) = saved.model.network, let context = model.context,
      ![.bert, .t5].contains(saved.architecture.family), context >= 2
    else { throw .writesNothing("\(saved.model)") }
    self.model = model
    self.context = context
    parameters = saved.parameters
    sampler = TokenSampler(sampling)
    self.remembers = remembers
  }

  /// Calls `receive` with up to `count` tokens that follow `prompt`, each as soon as it is chosen, until it returns `false`.
  ///
  /// - Throws: where the prompt is empty, longer than the context, or has ids outside the vocabulary.
  public func write(
    after prompt: [Int32], count: Int, _ receive: (Int32) throws -> Bool
  ) throws {
    guard !prompt.isEmpty else { throw GenerationError.nothingToGoOnFrom }
    guard prompt.count <= context else { throw GenerationError.promptTooLong(prompt.count, context: context) }
    if let strange = prompt.first(where: { $0 < 0 || Int($0) >= model.vocabulary }) {
      throw GenerationError.unknownToken(strange, vocabulary: model.vocabulary)
    }
    var window = prompt
    var memory = makeMemory()
    for number in 0..<count {
      if window.count > context {
        window.removeFirst(window.count - (context + 1) / 2)
        memory = makeMemory()
      }
      let next = sampler.choose(from: logits(window, memory), number: number)
      window.append(next)
      guard try receive(next) else { return }
    }
  }

  private func makeMemory() -> DecoderMemory? { remembers ? DecoderMemory(capacity: context) : nil }

  /// What is expected behind the window, of which memory has seen a beginning.
  private func logits(_ window: [Int32], _ memory: DecoderMemory?) -> Tensor {
    let fresh = Array(window[(memory?.count ?? 0)...])
    let forward = ForwardContext(tape: Tape(parameters: parameters, gradients: nil), mode: .inference, memory: memory)
    return model.lastLogits(of: TokenBatch(tokens: fresh, labels: fresh, sequences: 1), forward)
  }
}

/// Why no text can be written.
public enum GenerationError: UserFacingError, Equatable {
  case writesNothing(_ model: String)
  case nothingToGoOnFrom
  case promptTooLong(_ tokens: Int, context: Int)
  case unknownToken(_ token: Int32, vocabulary: Int)
  case noTokenizer(path: String)

  public var exitStatus: ExitStatus {
    switch self {
    case .writesNothing, .noTokenizer: .badData
    case .nothingToGoOnFrom, .promptTooLong, .unknownToken: .usage
    }
  }

  public var message: String {
    switch self {
    case .writesNothing(let model): "\(model) does not go on with texts"
    case .nothingToGoOnFrom: "the prompt is empty, and the tokenizer has no token that begins a text"
    case .promptTooLong(let tokens, let context):
      "the prompt has \(tokens) tokens, but the model's context is \(context)"
    case .unknownToken(let token, let vocabulary):
      "the prompt holds token \(token), but the model knows those from 0 to \(vocabulary - 1)"
    case .noTokenizer(let path): "there is no tokenizer beside \(path)"
    }
  }

  public var remedy: String? {
    switch self {
    case .writesNothing: "Give a model of kind gpt, llama, olmo2 or moe."
    case .nothingToGoOnFrom: "Give a prompt."
    case .promptTooLong(_, let context): "Give one of \(context) tokens at most."
    case .unknownToken: "Use the tokenizer that the model was trained with."
    case .noTokenizer: "Give one with --tokenizer."
    }
  }
}
