import KernelInterface

extension Planes {
  /// Copies what `count` rows of the grid from `first` on meet of one channel. Padding is not written: the caller has
  /// filled it, and it is the same for all channels.
  @inline(__always)
  func pack(_ channel: UnsafePointer<Float>, _ first: Int, _ count: Int, into packed: UnsafeMutablePointer<Float>) {
    let top = first + rows.firstShift
    for phase in 0..<rows.sourcePhases where rows.sourcePhases == 1 || rows.isMet(phase) {
      let begin = max(0, -top)
      let end = min(rows.reach(count), rows.count(ofPhase: phase) - top)
      var target = packed + phase * columns.sourcePhases * size + begin * pitch
      var source = channel + ((top + begin) * rows.sourcePhases + phase) * columns.source
      for _ in 0..<max(0, end - begin) {
        packRow(source, into: target)
        target += pitch
        source += rows.sourcePhases * columns.source
      }
    }
  }

  @inline(__always)
  private func packRow(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    let begin = max(0, columns.firstShift)
    let most = columns.firstShift + columns.reach(columns.grid)
    switch columns.sourcePhases {
    case 1:
      (target + begin - columns.firstShift).copy(source + begin, count: min(most, columns.source) - begin)
    case 2:
      let even = target + begin - columns.firstShift
      split(
        source + 2 * begin, into: even, even + size, count: min(most, columns.count(ofPhase: 0)) - begin,
        oddCount: min(most, columns.count(ofPhase: 1)) - begin)
    default:
      for phase in 0..<columns.sourcePhases {
        let plane = target + phase * size - columns.firstShift
        for column in begin..<max(begin, min(most, columns.count(ofPhase: phase))) {
          plane[column] = source[column * columns.sourcePhases + phase]
        }
      }
    }
  }

  /// Copies the sums of one channel for `count` rows of the grid from `first` on to where they belong. Its phases lie
  /// `stride` floats apart.
  @inline(__always)
  func unpack(
    _ sums: UnsafePointer<Float>, stride: Int, _ first: Int, _ count: Int,
    into channel: UnsafeMutablePointer<Float>, accumulates: Bool
  ) {
    for upper in 0..<rows.gridPhases {
      let values = sums + upper * columns.gridPhases * stride
      for row in 0..<count {
        let target = (first + row) * rows.gridPhases + upper
        guard target < rows.target else { break }
        unpackRow(values + row * pitch, stride, into: channel + target * columns.target, accumulates)
      }
    }
  }

  @inline(__always)
  private func unpackRow(
    _ values: UnsafePointer<Float>, _ stride: Int, into line: UnsafeMutablePointer<Float>, _ accumulates: Bool
  ) {
    let count = columns.target
    switch columns.gridPhases {
    case 1:
      if accumulates {
        forEachVector(count) { line.store(line.vector($0) + values.vector($0), $0) }
      } else {
        line.copy(values, count: count)
      }
    case 2:
      merge(values, values + stride, into: line, count: count, accumulates)
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

/// Every second float to one place, the others to another.
@inline(__always)
private func split(
  _ source: UnsafePointer<Float>, into even: UnsafeMutablePointer<Float>, _ odd: UnsafeMutablePointer<Float>,
  count: Int, oddCount: Int
) {
  var i = 0
  while i + Vector.scalarCount <= min(count, oddCount) {
    let (low, high) = (read(source + 2 * i), read(source + 2 * i + Vector.scalarCount))
    write(Vector(lowHalf: low.evenHalf, highHalf: high.evenHalf), to: even + i)
    write(Vector(lowHalf: low.oddHalf, highHalf: high.oddHalf), to: odd + i)
    i += Vector.scalarCount
  }
  for place in i..<max(i, count) { even[place] = source[2 * place] }
  for place in i..<max(i, oddCount) { odd[place] = source[2 * place + 1] }
}

/// even[0] odd[0] even[1] odd[1] ...
@inline(__always)
private func merge(
  _ even: UnsafePointer<Float>, _ odd: UnsafePointer<Float>, into line: UnsafeMutablePointer<Float>, count: Int,
  _ accumulates: Bool
) {
  var i = 0
  while 2 * (i + Vector.scalarCount) <= count {
    let (a, b) = (read(even + i), read(odd + i))
    var (low, high) = (Vector(), Vector())
    (low.evenHalf, low.oddHalf) = (a.lowHalf, b.lowHalf)
    (high.evenHalf, high.oddHalf) = (a.highHalf, b.highHalf)
    let target = line + 2 * i
    write(accumulates ? read(target) + low : low, to: target)
    write(accumulates ? read(target + 16) + high : high, to: target + 16)
    i += Vector.scalarCount
  }
  for column in 2 * i..<max(2 * i, count) {
    let value = column % 2 == 0 ? even[column / 2] : odd[column / 2]
    line[column] = accumulates ? line[column] + value : value
  }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always)
  func copy(_ source: UnsafePointer<Float>, count: Int) { update(from: source, count: max(0, count)) }

  @inline(__always)
  func clear(_ count: Int) { update(repeating: 0, count: count) }
}
