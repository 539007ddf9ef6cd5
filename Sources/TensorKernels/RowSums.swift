/// The row sum of `NormalizationKernels`: `add` returns a partial sum plus what the elements at `lanes` contribute.
///
/// Four vectors side by side: four independent chains hide the latency of the additions.
@inline(__always)
func rowSum(_ count: Int, _ add: (Vector, Lanes) -> Vector) -> Float {
  var sums = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
  var first = 0
  while first &+ 64 <= count {
    sums.0 = add(sums.0, (first, Vector.scalarCount))
    sums.1 = add(sums.1, (first &+ 16, Vector.scalarCount))
    sums.2 = add(sums.2, (first &+ 32, Vector.scalarCount))
    sums.3 = add(sums.3, (first &+ 48, Vector.scalarCount))
    first &+= 64
  }
  var sum = (sums.0 + sums.2) + (sums.1 + sums.3)
  forEachVector(count &- first) { sum = add(sum, (first &+ $0.first, $0.count)) }
  return sum.laneSum
}

/// Two row sums over the same elements.
@inline(__always)
func twoRowSums(_ count: Int, _ add: ((Vector, Vector), Lanes) -> (Vector, Vector)) -> (Float, Float) {
  var sums = (
    (Vector.zero, Vector.zero), (Vector.zero, Vector.zero), (Vector.zero, Vector.zero), (Vector.zero, Vector.zero)
  )
  var first = 0
  while first &+ 64 <= count {
    sums.0 = add(sums.0, (first, Vector.scalarCount))
    sums.1 = add(sums.1, (first &+ 16, Vector.scalarCount))
    sums.2 = add(sums.2, (first &+ 32, Vector.scalarCount))
    sums.3 = add(sums.3, (first &+ 48, Vector.scalarCount))
    first &+= 64
  }
  var (a, b) = (
    (sums.0.0 + sums.2.0) + (sums.1.0 + sums.3.0), (sums.0.1 + sums.2.1) + (sums.1.1 + sums.3.1)
  )
  forEachVector(count &- first) { (a, b) = add((a, b), (first &+ $0.first, $0.count)) }
  return (a.laneSum, b.laneSum)
}

/// `forEachVector` with four vectors a turn, for loops so short that counting would show.
@inline(__always)
func forEachVectorByFours(_ count: Int, _ body: (Lanes) -> Void) {
  var first = 0
  while first &+ 64 <= count {
    body((first, Vector.scalarCount))
    body((first &+ 16, Vector.scalarCount))
    body((first &+ 32, Vector.scalarCount))
    body((first &+ 48, Vector.scalarCount))
    first &+= 64
  }
  forEachVector(count &- first) { body((first &+ $0.first, $0.count)) }
}
