import KernelInterface
import TensorCore

/// How the next token is chosen among those expected.
public struct SamplingOptions: Hashable, Sendable {
  /// Logits are divided by it: below 1 the likely become likelier. 0: always the likeliest (greedy).
  public var temperature: Float
  /// The likeliest so many are left; `nil`: all.
  public var topK: Int?
  /// The likeliest are left whose probabilities together just reach this (Holtzman et al., "The curious case of neural text
  /// degeneration", 2020, section 3.1); 1: all.
  public var topP: Double
  public var seed: UInt64

  public init(temperature: Float = 1, topK: Int? = nil, topP: Double = 1, seed: UInt64 = 1) {
    precondition(temperature >= 0 && temperature.isFinite, "a temperature of \(temperature)")
    precondition(topK.map { $0 >= 1 } ?? true, "the likeliest \(topK ?? 0)")
    precondition(topP > 0 && topP <= 1, "a share of \(topP)")
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.seed = seed
  }

  public static let greedy = SamplingOptions(temperature: 0)
}

/// Chooses tokens: a function of the logits, the seed and the token's number, so a text can be written again.
public struct TokenSampler: Sendable {
  private let options: SamplingOptions
  private let key: RandomKey

  public init(_ options: SamplingOptions) {
    self.options = options
    key = RandomKey(seed: options.seed).derived(.sampling)
  }

  /// - Parameters:
  ///   - logits: [1, vocabulary]
  ///   - number: of the token in the text; each has a random number of its own.
  public func choose(from logits: Tensor, number: Int) -> Int32 {
    guard options.temperature > 0 else { return logits.argmaxRows()[0] }
    let probabilities = ((1 / options.temperature) * logits).softmaxOfRows().values
    // Equal ones in the order of their ids.
    var ids = probabilities.indices.sorted { (probabilities[$1], $0) < (probabilities[$0], $1) }[...]
    if let topK = options.topK { ids = ids.prefix(topK) }
    var total = 0.0
    var kept = 0
    let whole = ids.reduce(0) { $0 + Double(probabilities[$1]) }
    while kept < ids.count && (kept == 0 || total < options.topP * whole) {
      total += Double(probabilities[ids[kept]])
      kept += 1
    }
    let point = Double(key.bits(at: number)) / 0x1p32 * total
    var sum = 0.0
    for id in ids.prefix(kept) {
      sum += Double(probabilities[id])
      if point < sum { return Int32(id) }
    }
    return Int32(ids[kept - 1])
  }
}
