import Glibc
import KernelInterface
import TensorCore

/// Operations on dimensions, element by element.
extension Reference {
  private static func indices(of shape: Shape) -> [[Int]] {
    shape.dimensions.reduce([[]]) { indices, extent in indices.flatMap { index in (0..<extent).map { index + [$0] } } }
  }

  /// Where the element at `index` lies in a tensor of `shape`, which may have fewer dimensions or extents of 1.
  private static func place(of index: [Int], in shape: Shape) -> Int {
    zip(index.suffix(shape.rank), shape.dimensions).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }
  }

  /// Values found by the index in the result.
  private static func made(_ shape: Shape, _ value: ([Int]) -> Double) -> Reference {
    Reference(shape, indices(of: shape).map(value))
  }

  func broadcast(_ other: Reference, _ combine: (Double, Double) -> Double) -> Reference {
    guard let common = shape.broadcast(with: other.shape) else { preconditionFailure("\(shape) and \(other.shape)") }
    return .made(common) {
      combine(values[Self.place(of: $0, in: shape)], other.values[Self.place(of: $0, in: other.shape)])
    }
  }

  func exponential() -> Reference { Reference(shape, values.map(Glibc.exp)) }
  func logarithm() -> Reference { Reference(shape, values.map(Glibc.log)) }
  func power(_ exponent: Double) -> Reference { Reference(shape, values.map { pow($0, exponent) }) }

  func reduced(_ dimensions: [Int], _ keepsDimensions: Bool, _ reduce: ([Double]) -> Double) -> Reference {
    let places = dimensions.map { $0 < 0 ? $0 + shape.rank : $0 }
    let kept = Shape(shape.dimensions.indices.map { places.contains($0) ? 1 : shape[$0] })
    var groups = [[Double]](repeating: [], count: kept.count)
    for (index, value) in zip(Self.indices(of: shape), values) { groups[Self.place(of: index, in: kept)].append(value) }
    let dropped = Shape(shape.dimensions.indices.filter { !places.contains($0) }.map { shape[$0] })
    return Reference(keepsDimensions ? kept : dropped, groups.map(reduce))
  }

  func permuted(_ order: [Int]) -> Reference {
    .made(Shape(order.map { shape[$0] })) { index in
      let source = order.indices.map { index[order.firstIndex(of: $0) ?? 0] }
      return values[Self.place(of: source, in: shape)]
    }
  }

  func sliced(_ dimension: Int, _ range: Range<Int>) -> Reference {
    let place = dimension < 0 ? dimension + shape.rank : dimension
    var extents = shape.dimensions
    extents[place] = range.count
    return .made(Shape(extents)) { index in
      var source = index
      source[place] += range.lowerBound
      return values[Self.place(of: source, in: shape)]
    }
  }

  func joined(_ other: Reference, _ dimension: Int) -> Reference {
    let place = dimension < 0 ? dimension + shape.rank : dimension
    var extents = shape.dimensions
    extents[place] += other.shape[place]
    return .made(Shape(extents)) { index in
      if index[place] < shape[place] { return values[Self.place(of: index, in: shape)] }
      var source = index
      source[place] -= shape[place]
      return other.values[Self.place(of: source, in: other.shape)]
    }
  }

  /// [batch, time, heads * 2 * frequencies.count]
  func rotated(_ frequencies: [Double], _ heads: Range<Int>, offset: Int, _ pairing: RotaryPairing) -> Reference {
    var result = self
    let half = frequencies.count
    for token in 0..<shape[0] * shape[1] {
      for (head, pair) in heads.flatMap({ head in frequencies.indices.map { (head, $0) } }) {
        let begin = token * shape[2] + head * 2 * half
        let (a, b) = pairing == .halves ? (begin + pair, begin + pair + half) : (begin + 2 * pair, begin + 2 * pair + 1)
        let angle = Double(offset + token % shape[1]) * frequencies[pair]
        result.values[a] = values[a] * cos(angle) - values[b] * sin(angle)
        result.values[b] = values[b] * cos(angle) + values[a] * sin(angle)
      }
    }
    return result
  }
}
