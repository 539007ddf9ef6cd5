/// The logical vector: one zmm register, two ymm, or four NEON registers.
typealias Vector = SIMD16<Float>

/// A vector's place in a range of floats: the element of lane 0, and how many lanes lie inside the range: all 16, or the
/// first few at its end.
typealias Lanes = (first: Int, count: Int)

/// Calls `body` for every vector of `count` elements, in ascending order; only the last may be partial.
@inline(__always)
func forEachVector(_ count: Int, _ body: (Lanes) -> Void) {
  var first = 0
  while first &+ Vector.scalarCount <= count {
    body((first, Vector.scalarCount))
    first &+= Vector.scalarCount
  }
  if first < count {
    body((first, count &- first))
  }
}

extension UnsafePointer<Float> {
  /// The vector at `lanes`; lanes outside the range are `padding` and are not read from memory.
  @inline(__always)
  func vector(_ lanes: Lanes, padding: Float = 0) -> Vector {
    if lanes.count == Vector.scalarCount { return read(self + lanes.first) }
    return loadPartially(self + lanes.first, count: lanes.count, padding: padding)
  }

  /// As `vector(_:padding:)`, where all memory before `end` may be read: in a matrix, rows that do not end at a vector's edge
  /// are read on into the next row, which costs less than to load a part.
  @inline(__always)
  func vector(_ lanes: Lanes, padding: Float, readableUntil end: UnsafePointer<Float>) -> Vector {
    if lanes.count == Vector.scalarCount || self + lanes.first + Vector.scalarCount > end {
      return vector(lanes, padding: padding)
    }
    let inside = laneNumbers .< SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: lanes.count))
    return Vector(repeating: padding).replacing(with: read(self + lanes.first), where: inside)
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
    if lanes.count == Vector.scalarCount {
      write(vector, to: self + lanes.first)
    } else {
      storePartially(vector, self + lanes.first, count: lanes.count)
    }
  }
}

/// 0, 1, ... 15
@inline(__always)
var laneNumbers: SIMD16<Int32> { SIMD16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) }

// The standard library's `loadUnaligned` and `storeBytes` are generic functions: a copy made for SIMD16<Float> would be
// shared between all builds of the kernels. Copying 64 bytes compiles to the same single instruction.

/// The 16 floats at `p`, at any alignment.
@inline(__always)
func read(_ p: UnsafePointer<Float>) -> Vector {
  var vector = Vector()
  copyVector(from: p, to: &vector)
  return vector
}

@inline(__always)
func write(_ vector: Vector, to p: UnsafeMutablePointer<Float>) {
  var vector = vector
  copyVector(from: &vector, to: p)
}

@inline(__always)
private func copyVector(from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
  target.copyMemory(from: source, byteCount: 64)
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
  case 4...: SIMD4(p[0], p[1], p[2], p[3])
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
  if count >= 1 { p[0] = quarter[0] }
  if count >= 2 { p[1] = quarter[1] }
  if count >= 3 { p[2] = quarter[2] }
  if count >= 4 { p[3] = quarter[3] }
}
