extension Shape {
  /// The shape that operands of this shape and `other` have in common by NumPy's rules: dimensions are matched from the
  /// innermost outwards, missing ones count as 1, and an extent of 1 is repeated. `nil` where two extents differ otherwise.
  public func broadcast(with other: Shape) -> Shape? {
    var common: [Int] = []
    for place in 1...max(rank, other.rank, 1) where place <= max(rank, other.rank) {
      let (a, b) = (extent(fromInnermost: place), other.extent(fromInnermost: place))
      guard a == b || a == 1 || b == 1 else { return nil }
      common.append(a == 1 ? b : a)
    }
    return Shape(common.reversed())
  }

  /// Dimension number `place` from the end, beginning with 1; 1 where there is none.
  func extent(fromInnermost place: Int) -> Int { place <= rank ? dimensions[rank - place] : 1 }

  /// Floats from one index to the next in each dimension.
  var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for index in stride(from: rank - 2, through: 0, by: -1) {
      strides[index] = strides[index + 1] * dimensions[index + 1]
    }
    return strides
  }

  /// The strides of memory of this shape in the dimensions of `target`: 0 where a value is repeated.
  func strides(broadcastTo target: Shape) -> [Int] {
    precondition(broadcast(with: target) == target, "shape \(self) does not broadcast to \(target)")
    let missing = target.rank - rank
    return target.dimensions.indices.map { index in
      index < missing || dimensions[index - missing] == 1 ? 0 : strides[index - missing]
    }
  }

  /// The places of `dimensions`, ascending; negative ones count from the end.
  func resolved(_ dimensions: [Int]) -> [Int] {
    let places = dimensions.map { $0 < 0 ? $0 + rank : $0 }.sorted()
    precondition(
      places.allSatisfy { 0 <= $0 && $0 < rank } && Set(places).count == places.count,
      "dimensions \(dimensions) of shape \(self)")
    return places
  }
}
