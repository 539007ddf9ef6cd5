/// The cosines and sines of a rotary position embedding (Su et al. 2021, "RoFormer", section 3.4.2): pair i of a head is
/// turned by position * frequency[i].
///
/// Angles, their remainders and Taylor series are computed in Float64 by operations that IEEE 754 defines to the last bit, then
/// rounded once, so a table is the same bits on every machine, and precise at any position.
public struct RotaryTable: Sendable {
  public let positions: Int
  public let headSize: Int
  /// [positions, headSize / 2] each.
  let cosines: Tensor
  let sines: Tensor

  /// frequency[i] = base^(-2 i / headSize).
  ///
  /// - Parameter headSize: even.
  public init(positions: Int, headSize: Int, base: Double = 10_000, on backend: Backend) {
    precondition(headSize % 2 == 0, "a head of \(headSize) values has no pairs")
    self.init(positions: positions, frequencies: Self.frequencies(headSize: headSize, base: base), on: backend)
  }

  /// base^(-2 i / headSize) for each pair i of a head.
  public static func frequencies(headSize: Int, base: Double) -> [Double] {
    (0..<headSize / 2).map { 1 / power(base, fraction: Double(2 * $0) / Double(headSize)) }
  }

  /// - Parameter frequencies: one for each pair of a head, in radians a position.
  public init(positions: Int, frequencies: [Double], on backend: Backend) {
    precondition(!frequencies.isEmpty, "a head without values cannot be turned")
    self.positions = positions
    headSize = 2 * frequencies.count
    let angles = (0..<positions).flatMap { position in frequencies.map { Double(position) * $0 } }
    let shape: Shape = [positions, frequencies.count]
    cosines = Tensor(angles.map { Float(sine($0, quartersAhead: 1)) }, shape, on: backend)
    sines = Tensor(angles.map { Float(sine($0, quartersAhead: 0)) }, shape, on: backend)
  }
}

/// base^fraction for a fraction in 0 ..< 1: the square root belongs to its first binary digit, and so on.
private func power(_ base: Double, fraction: Double) -> Double {
  var (root, rest, result) = (base, fraction, 1.0)
  for _ in 0..<52 {
    root = root.squareRoot()
    rest *= 2
    if rest >= 1 {
      result *= root
      rest -= 1
    }
  }
  return result
}

/// sin(x + quartersAhead pi/2) for |x| below 2^30, off by less than 2e-16 where the sine is not tiny.
///
/// x = k pi/2 + r, with pi/2 in two parts and |r| <= pi/4; then Taylor's series of the sine or the cosine of r, nested:
/// the first term left out is below 1e-19.
private func sine(_ x: Double, quartersAhead: Int) -> Double {
  let turns = (x * 0x1.45f306dc9c883p-1).rounded()
  let r = x.addingProduct(turns, -0x1.921fb54442d18p0).addingProduct(turns, -0x1.1a62633145c07p-54)
  let quarter = (Int(turns) + quartersAhead) & 3
  let square = r * r
  var nested = 1.0
  let last = quarter & 1 == 0 ? 17 : 16
  for k in stride(from: last, to: 1, by: -2) { nested = 1 - square / Double((k - 1) * k) * nested }
  let value = quarter & 1 == 0 ? r * nested : nested
  return quarter < 2 ? value : -value
}
