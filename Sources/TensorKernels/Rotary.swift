import KernelInterface

extension VectorKernels {
  public func rotate(
    _ rotation: Rotation, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, accumulates: Bool
  ) {
    let half = rotation.headSize / 2
    for token in 0..<rotation.tokens {
      let (cosines, sines) = (rotation.cosines + token * half, rotation.sines + token * half)
      for head in 0..<rotation.heads {
        let (x, y) = (
          x + token * rotation.xStride + head * rotation.headSize,
          y + token * rotation.yStride + head * rotation.headSize
        )
        let turn = HeadTurn(
          x: x, y: y, cosines: cosines, sines: sines, half: half, isBackward: rotation.isBackward,
          accumulates: accumulates)
        switch rotation.pairing {
        case .halves: turn.turnHalves()
        case .neighbours: turn.turnNeighbours()
        }
      }
    }
  }
}

/// One head of one token.
private struct HeadTurn {
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let cosines: UnsafePointer<Float>
  let sines: UnsafePointer<Float>
  let half: Int
  let isBackward: Bool
  let accumulates: Bool

  @inline(__always)
  func turnHalves() {
    let sign: UInt32 = isBackward ? 0x8000_0000 : 0
    forEachVector(half) {
      let (a, b) = (x.vector($0), (x + half).vector($0))
      let cosine = cosines.vector($0)
      let sine = Vector(bits: sines.vector($0).bits ^ sign)
      store((a * cosine).adding(b.negated, times: sine), y, $0)
      store((b * cosine).adding(a, times: sine), y + half, $0)
    }
  }

  /// A vector holds 8 pairs: times the cosine, each twice, plus its partners times the sine, negative for the first of a pair.
  @inline(__always)
  func turnNeighbours() {
    let minus: UInt32 = 0x8000_0000
    let signs =
      SIMD16<UInt32>(minus, 0, minus, 0, minus, 0, minus, 0, minus, 0, minus, 0, minus, 0, minus, 0)
      ^ (isBackward ? minus : 0)
    forEachVector(2 * half) {
      let pairs: Lanes = ($0.first / 2, $0.count / 2)
      let value = x.vector($0)
      let sine = Vector(bits: twice(sines, pairs).bits ^ signs)
      store((value * twice(cosines, pairs)).adding(swapped(value), times: sine), y, $0)
    }
  }

  @inline(__always)
  private func store(_ value: Vector, _ y: UnsafeMutablePointer<Float>, _ lanes: Lanes) {
    y.store(accumulates ? y.vector(lanes) + value : value, lanes)
  }
}

/// Each of up to 8 table values twice.
@inline(__always)
private func twice(_ table: UnsafePointer<Float>, _ pairs: Lanes) -> Vector {
  let p = table + pairs.first
  if pairs.count == 8 {
    return Vector(p[0], p[0], p[1], p[1], p[2], p[2], p[3], p[3], p[4], p[4], p[5], p[5], p[6], p[6], p[7], p[7])
  }
  var values = Vector.zero
  for pair in 0..<pairs.count {
    values[2 * pair] = p[pair]
    values[2 * pair + 1] = p[pair]
  }
  return values
}

/// The two lanes of every pair in each other's place.
@inline(__always)
private func swapped(_ x: Vector) -> Vector {
  Vector(
    x[1], x[0], x[3], x[2], x[5], x[4], x[7], x[6], x[9], x[8], x[11], x[10], x[13], x[12], x[15], x[14])
}
