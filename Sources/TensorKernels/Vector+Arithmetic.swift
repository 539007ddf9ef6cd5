// The standard library's initialisers that convert whole vectors are left out on purpose: they are generic functions
// that would be emitted once for all builds of the kernels. Conversions below are written lane by lane and compile to
// one instruction.

/// One truth value a lane.
typealias Mask = SIMDMask<SIMD16<Int32>>

extension Vector {
  /// a * b + self, rounded once.
  @inline(__always)
  func adding(_ a: Vector, times b: Vector) -> Vector { addingProduct(a, b) }

  // The standard library compares a vector with a number lane by lane, these do it at once.
  @inline(__always)
  static func .> (a: Vector, b: Float) -> Mask { a .> Vector(repeating: b) }
  @inline(__always)
  static func .>= (a: Vector, b: Float) -> Mask { a .>= Vector(repeating: b) }
  @inline(__always)
  static func .< (a: Vector, b: Float) -> Mask { a .< Vector(repeating: b) }
  @inline(__always)
  static func .== (a: Vector, b: Float) -> Mask { a .== Vector(repeating: b) }

  // Likewise for choosing lanes: bit operations, which compile to one blend.
  @inline(__always)
  func replacing(with other: Vector, where mask: Mask) -> Vector {
    let chosen = unsafeBitCast(mask, to: SIMD16<UInt32>.self)
    return Vector(bits: bits ^ ((bits ^ other.bits) & chosen))
  }
  @inline(__always)
  func replacing(with other: Float, where mask: Mask) -> Vector {
    replacing(with: Vector(repeating: other), where: mask)
  }

  /// The bits of each lane.
  @inline(__always)
  var bits: SIMD16<UInt32> { unsafeBitCast(self, to: SIMD16<UInt32>.self) }

  @inline(__always)
  init(bits: SIMD16<UInt32>) { self = unsafeBitCast(bits, to: Vector.self) }

  @inline(__always)
  var magnitude: Vector { Vector(bits: bits & 0x7FFF_FFFF) }

  /// The magnitude of `self` with the sign of `other`.
  @inline(__always)
  func withSign(of other: Vector) -> Vector {
    Vector(bits: (bits & 0x7FFF_FFFF) | (other.bits & 0x8000_0000))
  }

  /// The sign turned, also of zero and NaN.
  @inline(__always)
  var negated: Vector { Vector(bits: bits ^ 0x8000_0000) }

  /// The greater in each lane; `self` where `other` is NaN, and `self` (a NaN) where `self` is.
  @inline(__always)
  func maximum(_ other: Vector) -> Vector { replacing(with: other, where: other .> self) }

  /// The smaller in each lane; a NaN stays as in `maximum`.
  @inline(__always)
  func minimum(_ other: Vector) -> Vector { replacing(with: other, where: other .< self) }

  /// The sum of the lanes by the lane tree: halves, quarters, pairs, the two.
  @inline(__always)
  var laneSum: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// The greatest lane; a NaN may be passed over.
  @inline(__always)
  var laneMaximum: Float {
    let eight = maximum(Vector(lowHalf: highHalf, highHalf: highHalf)).lowHalf
    let four = Vector(lowHalf: eight, highHalf: eight).maximum(
      Vector(
        lowHalf: SIMD8(lowHalf: eight.highHalf, highHalf: eight.highHalf),
        highHalf: SIMD8(lowHalf: eight.highHalf, highHalf: eight.highHalf))
    ).lowHalf.lowHalf
    let (left, right) = (Swift.max(four.x, four.z), Swift.max(four.y, four.w))
    return Swift.max(left, right)
  }

  /// The value of signed whole numbers.
  @inline(__always)
  init(converting n: SIMD16<Int32>) {
    self.init(
      lowHalf: SIMD8<Float>(
        Float(n[0]), Float(n[1]), Float(n[2]), Float(n[3]), Float(n[4]), Float(n[5]), Float(n[6]), Float(n[7])),
      highHalf: SIMD8<Float>(
        Float(n[8]), Float(n[9]), Float(n[10]), Float(n[11]), Float(n[12]), Float(n[13]), Float(n[14]), Float(n[15])))
  }
}

extension SIMD8<Double> {
  @inline(__always)
  init(converting x: SIMD8<Float>) {
    self.init(
      Double(x[0]), Double(x[1]), Double(x[2]), Double(x[3]), Double(x[4]), Double(x[5]), Double(x[6]), Double(x[7]))
  }
}
