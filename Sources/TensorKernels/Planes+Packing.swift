import KernelInterface

extension Planes {
  /// Copies what `count` rows of the grid from `first` on meet of one channel. Padding is `padding`; the caller has filled
  /// it, and this leaves it so: it is the same for all channels.
  ///
  /// - Parameter end: behind the last float that may be read.
  @inline(__always)
  func pack(
    _ channel: UnsafePointer<Float>, before end: UnsafePointer<Float>, _ first: Int, _ count: Int,
    padding: Float = 0, into packed: UnsafeMutablePointer<Float>
  ) {
    let top = first + rows.firstShift
    let padding = Vector(repeating: padding)
    for phase in 0..<rows.sourcePhases where rows.sourcePhases == 1 || rows.isMet(phase) {
      let begin = max(0, -top)
      let last = min(rows.reach(count), rows.count(ofPhase: phase) - top)
      var target = packed + phase * columns.sourcePhases * size + begin * pitch
      var source = channel + ((top + begin) * rows.sourcePhases + phase) * columns.source
      for _ in 0..<max(0, last - begin) {
        packRow(source, before: end, padding, into: target)
        target += pitch
        source += rows.sourcePhases * columns.source
      }
    }
  }

  /// The last vector of a row reaches into the padding behind it and into the next row, which is written later.
  @inline(__always)
  private func packRow(
    _ source: UnsafePointer<Float>, before end: UnsafePointer<Float>, _ padding: Vector,
    into target: UnsafeMutablePointer<Float>
  ) {
    let begin = max(0, columns.firstShift)
    let most = columns.firstShift + columns.reach(columns.grid)
    let target = target + begin - columns.firstShift
    switch columns.sourcePhases {
    case 1:
      target.copy(source + begin, count: min(most, columns.source) - begin, before: end, padding)
    case 2:
      let (evens, odds) = (min(most, columns.count(ofPhase: 0)) - begin, min(most, columns.count(ofPhase: 1)) - begin)
      var i = 0
      while i < evens {
        let pairs = source + 2 * (begin + i)
        let (even, odd) = separate(pairs.vector(before: end), (pairs + Vector.scalarCount).vector(before: end))
        write(padding.replacing(with: even, where: firstLanes(evens - i)), to: target + i)
        write(padding.replacing(with: odd, where: firstLanes(odds - i)), to: target + size + i)
        i += Vector.scalarCount
      }
    default:
      for phase in 0..<columns.sourcePhases {
        for i in 0..<max(0, min(most, columns.count(ofPhase: phase)) - begin) {
          target[phase * size + i] = source[(begin + i) * columns.sourcePhases + phase]
        }
      }
    }
  }

  /// Copies the sums of one channel for `count` rows of the grid from `first` on to where they belong. Its phases lie
  /// `stride` floats apart, and a vector may be read behind them.
  @inline(__always)
  func unpack(
    _ sums: UnsafePointer<Float>, stride: Int, _ first: Int, _ count: Int,
    into channel: UnsafeMutablePointer<Float>, accumulates: Bool
  ) {
    let end = channel + rows.target * columns.target
    for row in 0..<count {
      for upper in 0..<rows.gridPhases {
        let target = (first + row) * rows.gridPhases + upper
        guard target < rows.target else { return }
        unpackRow(
          sums + upper * columns.gridPhases * stride + row * pitch, stride, into: channel + target * columns.target,
          before: end, accumulates)
      }
    }
  }

  @inline(__always)
  private func unpackRow(
    _ values: UnsafePointer<Float>, _ stride: Int, into line: UnsafeMutablePointer<Float>,
    before end: UnsafeMutablePointer<Float>, _ accumulates: Bool
  ) {
    let count = columns.target
    var i = 0
    switch columns.gridPhases {
    case 1:
      while i < count {
        (line + i).put(read(values + i), count - i, before: end, accumulates)
        i += Vector.scalarCount
      }
    case 2:
      while 2 * i < count {
        let (low, high) = interleave(read(values + i), read(values + stride + i))
        let pairs = line + 2 * i
        pairs.put(low, count - 2 * i, before: end, accumulates)
        if count - 2 * i > Vector.scalarCount {
          (pairs + Vector.scalarCount).put(high, count - 2 * i - Vector.scalarCount, before: end, accumulates)
        }
        i += Vector.scalarCount
      }
    default:
      for phase in 0..<columns.gridPhases {
        var column = phase
        var value = values + phase * stride
        while column < count {
          line[column] = accumulates ? line[column] + value[0] : value[0]
          column += columns.gridPhases
          value += 1
        }
      }
    }
  }
}

// Lanes are listed one by one: the standard library's even and odd halves would be shared between the builds. Each list
// compiles to one permutation.

/// a[0] b[0] a[1] b[1] ...
@inline(__always)
private func interleave(_ a: Vector, _ b: Vector) -> (low: Vector, high: Vector) {
  (
    Vector(
      lowHalf: SIMD8(a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3]),
      highHalf: SIMD8(a[4], b[4], a[5], b[5], a[6], b[6], a[7], b[7])),
    Vector(
      lowHalf: SIMD8(a[8], b[8], a[9], b[9], a[10], b[10], a[11], b[11]),
      highHalf: SIMD8(a[12], b[12], a[13], b[13], a[14], b[14], a[15], b[15]))
  )
}

/// The inverse of `interleave`.
@inline(__always)
private func separate(_ a: Vector, _ b: Vector) -> (even: Vector, odd: Vector) {
  (
    Vector(
      lowHalf: SIMD8(a[0], a[2], a[4], a[6], a[8], a[10], a[12], a[14]),
      highHalf: SIMD8(b[0], b[2], b[4], b[6], b[8], b[10], b[12], b[14])),
    Vector(
      lowHalf: SIMD8(a[1], a[3], a[5], a[7], a[9], a[11], a[13], a[15]),
      highHalf: SIMD8(b[1], b[3], b[5], b[7], b[9], b[11], b[13], b[15]))
  )
}

/// The lanes below `count`.
@inline(__always)
private func firstLanes(_ count: Int) -> Mask {
  laneNumbers .< SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: count))
}

extension UnsafePointer<Float> {
  /// 16 floats, zero from `end` on.
  @inline(__always)
  fileprivate func vector(before end: UnsafePointer<Float>) -> Vector {
    let count = end - self
    return count >= Vector.scalarCount ? read(self) : count > 0 ? vector((0, count)) : .zero
  }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always)
  func clear(_ count: Int) { update(repeating: 0, count: count) }

  /// Copies `count` floats in whole vectors; the last one is filled up with `padding`.
  @inline(__always)
  func copy(_ source: UnsafePointer<Float>, count: Int, before end: UnsafePointer<Float>, _ padding: Vector) {
    var i = 0
    while i + Vector.scalarCount <= count {
      write(read(source + i), to: self + i)
      i += Vector.scalarCount
    }
    if i < count {
      write(padding.replacing(with: (source + i).vector(before: end), where: firstLanes(count - i)), to: self + i)
    }
  }

  /// Writes the first `count` lanes, or adds them. Lanes behind them may be written, too, before `end`: they are about to
  /// be written anyway.
  @inline(__always)
  fileprivate func put(
    _ vector: Vector, _ count: Int, before end: UnsafeMutablePointer<Float>, _ accumulates: Bool
  ) {
    if self + Vector.scalarCount <= end {
      let old = read(self)
      write(accumulates ? old.replacing(with: old + vector, where: firstLanes(count)) : vector, to: self)
    } else {
      let lanes = (0, min(count, Vector.scalarCount))
      store(accumulates ? self.vector(lanes) + vector : vector, lanes)
    }
  }
}
