/// The logical vector: one zmm register, two ymm, or four NEON registers.
typealias Vector = SIMD16<Float>

/// A vector's place in a range of floats: all 16 lanes, or the first few at the end of the range.
struct Lanes {
  /// The element of lane 0.
  var first: Int
  /// How many lanes lie inside the range.
  var count: Int

  @inline(__always) var areWhole: Bool { count == Vector.scalarCount }
}

/// Calls `body` for every vector of `count` elements, in ascending order; only the last may be partial.
@inline(__always)
func forEachVector(_ count: Int, _ body: (Lanes) -> Void) {
  var first = 0
  while first &+ Vector.scalarCount <= count {
    body(Lanes(first: first, count: Vector.scalarCount))
    first &+= Vector.scalarCount
  }
  if first < count {
    body(Lanes(first: first, count: count &- first))
  }
}

extension UnsafePointer<Float> {
  /// The vector at `lanes`; lanes outside the range are `padding` and are not read from memory.
  @inline(__always)
  func vector(_ lanes: Lanes, padding: Float = 0) -> Vector {
    if lanes.areWhole { return UnsafeRawPointer(self + lanes.first).loadUnaligned(as: Vector.self) }
    return loadPartially(self + lanes.first, count: lanes.count, padding: padding)
  }
}

extension UnsafeMutablePointer<Float> {
  /// The vector at `lanes`; lanes outside the range are `padding` and are not read from memory.
  @inline(__always)
  func vector(_ lanes: Lanes, padding: Float = 0) -> Vector {
    UnsafePointer(self).vector(lanes, padding: padding)
  }

  /// Writes the lanes inside the range.
  @inline(__always)
  func store(_ vector: Vector, _ lanes: Lanes) {
    if lanes.areWhole {
      UnsafeMutableRawPointer(self + lanes.first).storeBytes(of: vector, as: Vector.self)
    } else {
      storePartially(vector, self + lanes.first, count: lanes.count)
    }
  }
}

/// The first `count` (1 to 15) floats at `p`, then `padding`.
@inline(never)
private func loadPartially(_ p: UnsafePointer<Float>, count: Int, padding: Float) -> Vector {
  Vector(
    lowHalf: SIMD8(
      lowHalf: loadQuarter(p, count, padding), highHalf: loadQuarter(p + 4, count - 4, padding)),
    highHalf: SIMD8(
      lowHalf: loadQuarter(p + 8, count - 8, padding), highHalf: loadQuarter(p + 12, count - 12, padding)))
}

@inline(__always)
private func loadQuarter(_ p: UnsafePointer<Float>, _ count: Int, _ padding: Float) -> SIMD4<Float> {
  switch count {
  case 4...: UnsafeRawPointer(p).loadUnaligned(as: SIMD4<Float>.self)
  case 3: SIMD4(p[0], p[1], p[2], padding)
  case 2: SIMD4(p[0], p[1], padding, padding)
  case 1: SIMD4(p[0], padding, padding, padding)
  default: SIMD4(repeating: padding)
  }
}

/// Writes the first `count` (1 to 15) lanes to `p`.
@inline(never)
private func storePartially(_ vector: Vector, _ p: UnsafeMutablePointer<Float>, count: Int) {
  storeQuarter(vector.lowHalf.lowHalf, p, count)
  storeQuarter(vector.lowHalf.highHalf, p + 4, count - 4)
  storeQuarter(vector.highHalf.lowHalf, p + 8, count - 8)
  storeQuarter(vector.highHalf.highHalf, p + 12, count - 12)
}

@inline(__always)
private func storeQuarter(_ quarter: SIMD4<Float>, _ p: UnsafeMutablePointer<Float>, _ count: Int) {
  if count >= 4 {
    UnsafeMutableRawPointer(p).storeBytes(of: quarter, as: SIMD4<Float>.self)
    return
  }
  if count >= 1 { p[0] = quarter[0] }
  if count >= 2 { p[1] = quarter[1] }
  if count >= 3 { p[2] = quarter[2] }
}
