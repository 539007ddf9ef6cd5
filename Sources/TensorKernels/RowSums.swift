/// The row sum of `NormalizationKernels`: `add` returns a partial sum plus what the elements at `lanes` contribute.
@inline(__always)
func rowSum(_ count: Int, _ add: (Vector, Lanes) -> Vector) -> Float {
  var (low, high) = (Vector.zero, Vector.zero)
  var first = 0
  while first &+ 32 <= count {
    low = add(low, (first, Vector.scalarCount))
    high = add(high, (first &+ 16, Vector.scalarCount))
    first &+= 32
  }
  low += high
  forEachVector(count &- first) { low = add(low, (first &+ $0.first, $0.count)) }
  return low.laneSum
}

/// Two row sums over the same elements.
@inline(__always)
func rowSums(_ count: Int, _ add: ((Vector, Vector), Lanes) -> (Vector, Vector)) -> (Float, Float) {
  var (low, high) = ((Vector.zero, Vector.zero), (Vector.zero, Vector.zero))
  var first = 0
  while first &+ 32 <= count {
    low = add(low, (first, Vector.scalarCount))
    high = add(high, (first &+ 16, Vector.scalarCount))
    first &+= 32
  }
  low = (low.0 + high.0, low.1 + high.1)
  forEachVector(count &- first) { low = add(low, (first &+ $0.first, $0.count)) }
  return (low.0.laneSum, low.1.laneSum)
}
