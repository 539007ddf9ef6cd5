import Failures
import Layers
import ModelZoo

// A description comes out of a checkpoint, and that may come from anywhere: sizes that no model has must not get as far as the
// layers, which take them for the program's own.

extension ModelDescription {
  /// Throws ``UnsoundModelDescription`` where no model can be made of the sizes.
  func requireSound(path: String) throws(UnsoundModelDescription) {
    let check = SizeCheck(path: path)
    switch architecture {
    case .gpt2(let sizes): try check.require(sizes)
    case .llama(let sizes): try check.require(sizes)
    case .olmo2(let sizes): try check.require(sizes)
    case .mixture(let sizes): try check.require(sizes)
    case .bert(let sizes): try check.require(sizes)
    case .t5(let sizes): try check.require(sizes)
    }
    if let classes = options.classes {
      try check.require(classes, "classes", 2...SizeLimit.classes)
      try check.require(architecture.family != .t5, "classes of a T5, which has no head for them")
    }
    if let adapters = options.adapters {
      try check.require(adapters.rank, "adapters.rank", 1...SizeLimit.width)
      try check.require(adapters.alpha.isFinite, "adapters.alpha \(adapters.alpha)")
    }
  }
}

/// A checkpoint whose description of its model describes none.
public struct UnsoundModelDescription: UserFacingError {
  public let path: String
  /// `heads 3 for a width of 32`
  public let reason: String

  public var exitStatus: ExitStatus { .badData }
  public var message: String { "\(path) describes a model that cannot be: \(reason)" }
  public var remedy: String? { "Use another checkpoint, or copy this one again." }
}

/// One requirement after another on sizes.
private struct SizeCheck {
  typealias Failure = UnsoundModelDescription

  let path: String

  func require(_ holds: Bool, _ reason: @autoclosure () -> String) throws(Failure) {
    guard holds else { throw Failure(path: path, reason: reason()) }
  }

  func require(_ size: Int, _ name: String, _ range: ClosedRange<Int>) throws(Failure) {
    try require(range.contains(size), "\(name) \(size)")
  }

  /// What every family has.
  private func requireFrame(
    vocabulary: Int, layers: Int, heads: Int, width: Int, hidden: Int, dropout: Float
  ) throws(Failure) {
    try require(vocabulary, "vocabulary", 1...SizeLimit.vocabulary)
    try require(layers, "layers", 1...SizeLimit.layers)
    try require(width, "width", 1...SizeLimit.width)
    try require(heads, "heads", 1...SizeLimit.width)
    try require(hidden, "hidden", 1...SizeLimit.width)
    try require((0..<1).contains(dropout), "dropout \(dropout)")
  }

  private func requireShared(width: Int, by heads: Int) throws(Failure) {
    try require(width % heads == 0, "heads \(heads) for a width of \(width)")
  }

  private func requireEpsilon(_ epsilon: Float) throws(Failure) {
    try require(epsilon.isFinite && epsilon > 0, "epsilon \(epsilon)")
  }

  private func requireRotation(heads: Int, keyValueHeads: Int, headSize: Int, base: Double) throws(Failure) {
    try require(keyValueHeads, "keyValueHeads", 1...SizeLimit.width)
    try require(heads % keyValueHeads == 0, "keyValueHeads \(keyValueHeads) of \(heads) heads")
    try require(headSize, "headSize", 2...SizeLimit.width)
    try require(headSize % 2 == 0, "headSize \(headSize), which has no two halves to rotate")
    try require(base.isFinite && base > 0, "rotaryBase \(base)")
  }

  func require(_ sizes: GPT2) throws(Failure) {
    try requireFrame(
      vocabulary: sizes.vocabulary, layers: sizes.layers, heads: sizes.heads, width: sizes.width, hidden: sizes.width,
      dropout: sizes.dropout)
    try require(sizes.context, "context", 1...SizeLimit.context)
    try requireShared(width: sizes.width, by: sizes.heads)
  }

  func require(_ sizes: Llama) throws(Failure) {
    try requireFrame(
      vocabulary: sizes.vocabulary, layers: sizes.layers, heads: sizes.heads, width: sizes.width, hidden: sizes.hidden,
      dropout: sizes.dropout)
    try require(sizes.context, "context", 1...SizeLimit.context)
    try requireRotation(
      heads: sizes.heads, keyValueHeads: sizes.keyValueHeads, headSize: sizes.headSize, base: sizes.rotaryBase)
    try requireEpsilon(sizes.epsilon)
    guard let scaling = sizes.rotaryScaling else { return }
    let (low, high) = (scaling.lowFrequencyFactor, scaling.highFrequencyFactor)
    try require(scaling.factor > 0 && low > 0 && low < high && high.isFinite, "rotaryScaling \(scaling)")
    try require(scaling.originalContext, "rotaryScaling.originalContext", 1...SizeLimit.context)
  }

  func require(_ sizes: OLMo2) throws(Failure) {
    try requireFrame(
      vocabulary: sizes.vocabulary, layers: sizes.layers, heads: sizes.heads, width: sizes.width, hidden: sizes.hidden,
      dropout: sizes.dropout)
    try require(sizes.context, "context", 1...SizeLimit.context)
    try requireShared(width: sizes.width, by: sizes.heads)
    try requireRotation(
      heads: sizes.heads, keyValueHeads: sizes.keyValueHeads, headSize: sizes.width / sizes.heads,
      base: sizes.rotaryBase)
    try requireEpsilon(sizes.epsilon)
  }

  func require(_ sizes: MixtureOfExperts) throws(Failure) {
    try require(sizes.frame)
    try require(sizes.experts, "experts", 1...SizeLimit.experts / sizes.frame.layers)
    try require(sizes.expertsPerToken, "expertsPerToken", 1...sizes.experts)
    try require(sizes.balanceCoefficient.isFinite, "balanceCoefficient \(sizes.balanceCoefficient)")
  }

  func require(_ sizes: BERT) throws(Failure) {
    try requireFrame(
      vocabulary: sizes.vocabulary, layers: sizes.layers, heads: sizes.heads, width: sizes.width, hidden: sizes.hidden,
      dropout: sizes.dropout)
    try require(sizes.context, "context", 1...SizeLimit.context)
    try require(sizes.segments, "segments", 1...SizeLimit.classes)
    try requireShared(width: sizes.width, by: sizes.heads)
    try requireEpsilon(sizes.epsilon)
  }

  func require(_ sizes: T5) throws(Failure) {
    for layers in [sizes.encoderLayers, sizes.decoderLayers] {
      try requireFrame(
        vocabulary: sizes.vocabulary, layers: layers, heads: sizes.heads, width: sizes.width, hidden: sizes.hidden,
        dropout: sizes.dropout)
    }
    try require(sizes.headSize, "headSize", 1...SizeLimit.width)
    try require(sizes.buckets, "buckets", 4...SizeLimit.width)
    try require(sizes.maximumDistance, "maximumDistance", sizes.buckets / 2 + 1...SizeLimit.context)
    try requireEpsilon(sizes.epsilon)
  }
}
