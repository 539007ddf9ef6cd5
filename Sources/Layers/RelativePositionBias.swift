import Autograd
import Glibc
import TensorCore

/// What T5 adds to the scores of attention for how far apart two positions are, a number for each head (Raffel et al., "Exploring
/// the limits of transfer learning", 2020, section 2.1): near distances have a bucket each, far ones share.
///
/// Parameters: `weight` [buckets, heads].
public struct RelativePositionBias: Sendable {
  private let table: Int
  private let buckets: Int
  private let maximumDistance: Int
  private let isCausal: Bool

  /// - Parameters:
  ///   - maximumDistance: beyond it all share the last bucket.
  ///   - isCausal: whether keys lie before their query only; else half the buckets are for those behind it.
  public init(
    buckets: Int, maximumDistance: Int, heads: Int, isCausal: Bool, start: Initializer,
    in builder: inout ParameterBuilder
  ) {
    precondition(
      buckets >= 4 && maximumDistance > buckets / 2, "\(buckets) buckets for distances to \(maximumDistance)")
    table = builder.parameter("weight", [buckets, heads], start)
    self.buckets = buckets
    self.maximumDistance = maximumDistance
    self.isCausal = isCausal
  }

  /// [heads, time, time] for the queries and keys of a sequence.
  public func bias(time: Int, _ context: ForwardContext) -> Variable {
    // Every difference of positions once.
    let numbers = (1 - time..<time).map { bucket(keyBehindQueryBy: $0) }
    let ids = (0..<time).flatMap { query in (0..<time).map { key in numbers[key - query + time - 1] } }
    let rows = context.tape.parameter(table).rows(at: ids)
    return rows.reshaped(to: [time, time, rows.shape.columns]).permuted([2, 0, 1])
  }

  private func bucket(keyBehindQueryBy distance: Int) -> Int32 {
    var first = 0
    var (far, count) = (isCausal ? max(0, -distance) : abs(distance), buckets)
    if !isCausal {
      count /= 2
      first = distance > 0 ? count : 0
    }
    let exact = count / 2
    guard far >= exact else { return Int32(first + far) }
    // How many of the logarithmic buckets' lower ends lie at or below the distance: by comparisons, so that no logarithm's last
    // bit decides.
    var step = 0
    while step + 1 < count - exact, far >= lowerEnd(ofStep: step + 1, exact: exact, steps: count - exact) { step += 1 }
    far = exact + step
    return Int32(first + far)
  }

  /// The least whole distance in logarithmic bucket `step`: exact * (maximumDistance / exact)^(step / steps), rounded up.
  private func lowerEnd(ofStep step: Int, exact: Int, steps: Int) -> Int {
    let end = Double(exact) * pow(Double(maximumDistance) / Double(exact), Double(step) / Double(steps))
    // A power that should be whole may be off by its last bit.
    return Int((end - 1e-9 * end).rounded(.up))
  }
}
