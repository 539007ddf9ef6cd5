import KernelInterface

// Pooling over packed planes (`Planes`): each tap of the window is one displacement for 16 pixels at a time.
//
// Backward, an input gathers from the windows it lies in, so nothing is written twice: the gradients of y, and with them
// the tap that each window took its maximum from, are packed as a source that the phases of x look at.

extension VectorKernels {
  public func poolingWorkspaceSize(_ pooling: Pooling) -> Int { WindowPooling(pooling).workspaceSize }

  public func pool(
    _ pooling: Pooling, _ rule: PoolingRule, x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    workspace: UnsafeMutableRawPointer
  ) {
    let windows = WindowPooling(pooling)
    let memory = workspace.assumingMemoryBound(to: Float.self)
    let taps = windows.prepare(rule, memory)
    for plane in 0..<pooling.planes {
      windows.packSource(x, plane, rule, memory)
      switch rule {
      case .maximum: windows.findMaxima(taps, memory)
      case .average: windows.average(taps, memory)
      }
      windows.windows.unpack(
        memory + windows.results, stride: 0, 0, windows.windows.strip, into: y + plane * windows.outputPlane,
        accumulates: false)
    }
  }

  public func poolBackward(
    _ pooling: Pooling, _ rule: PoolingRule, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, accumulates: Bool, workspace: UnsafeMutableRawPointer
  ) {
    let windows = WindowPooling(pooling)
    let memory = workspace.assumingMemoryBound(to: Float.self)
    let taps = windows.prepare(rule, memory)
    let inputTaps = windows.prepareGradients(memory)
    for plane in 0..<pooling.planes {
      windows.inputs.pack(
        dy + plane * windows.outputPlane, before: dy + pooling.planes * windows.outputPlane, 0, windows.inputs.strip,
        into: memory + windows.gradients)
      switch rule {
      case .maximum:
        windows.packSource(x, plane, rule, memory)
        windows.findMaxima(taps, memory)
        windows.repack(windows.places, padding: -1, into: windows.packedPlaces, memory)
        windows.gatherMaxima(inputTaps, memory)
      case .average:
        windows.divideGradients(memory)
        windows.gatherShares(inputTaps, memory)
      }
      windows.inputs.unpack(
        memory + windows.sums, stride: windows.inputs.sumsSize, 0, windows.inputs.strip,
        into: dx + plane * windows.inputPlane, accumulates: accumulates)
    }
  }

  public func averageRows(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    for r in 0..<rows { y[r] = sum(x + r * columns, count: columns) / Float(columns) }
  }

  public func averageRowsBackward(
    dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, rows: Int, columns: Int, accumulates: Bool
  ) {
    for r in 0..<rows {
      let (dx, share) = (dx + r * columns, Vector(repeating: dy[r] / Float(columns)))
      forEachVector(columns) { dx.store(accumulates ? dx.vector($0) + share : share, $0) }
    }
  }
}

/// A pooling in terms of packed planes. Taps are known by their number in the window, written as a float.
private struct WindowPooling {
  let pooling: Pooling
  /// Values of one plane of x and of y.
  let inputPlane: Int
  let outputPlane: Int
  /// The planes that windows slide over, and those that inputs look at.
  let windows: Planes
  let inputs: Planes

  // Where the parts of the workspace begin, in floats.
  let taps: Int
  let inputTaps: Int
  /// x, packed.
  let source: Int
  /// For each window, in the layout of `windows`: y; the tap of the maximum; the first tap inside the plane or the divisor.
  let results: Int
  let places: Int
  let constants: Int
  /// The same without gaps, on its way to the other layout.
  let compact: Int
  /// For each window, in the layout that inputs look at: dy; the tap of the maximum or the share of dy; the divisor.
  let gradients: Int
  let packedPlaces: Int
  let divisors: Int
  /// dx, phase after phase.
  let sums: Int
  let workspaceSize: Int

  init(_ pooling: Pooling) {
    self.pooling = pooling
    (inputPlane, outputPlane) = (pooling.inputPlane, pooling.outputPlane)
    windows = Planes(pooling.height, pooling.width, isTransposed: false)
    inputs = Planes(pooling.height, pooling.width, isTransposed: true)
    taps = 0
    inputTaps = taps + TapTable.size(windows)
    source = inputTaps + TapTable.size(inputs)
    results = source + windows.channelSize
    places = results + windows.sumsSize
    constants = places + windows.sumsSize
    compact = constants + windows.sumsSize
    gradients = compact + roundedUp(pooling.outputPlane)
    packedPlaces = gradients + inputs.channelSize
    divisors = packedPlaces + inputs.channelSize
    sums = divisors + inputs.channelSize
    let end = sums + inputs.gridPhases * inputs.sumsSize + Vector.scalarCount
    workspaceSize = end * MemoryLayout<Float>.stride
  }

  @inline(__always)
  func packSource(_ x: UnsafePointer<Float>, _ plane: Int, _ rule: PoolingRule, _ memory: UnsafeMutablePointer<Float>) {
    windows.pack(
      x + plane * inputPlane, before: x + pooling.planes * inputPlane, 0, windows.strip,
      padding: rule == .maximum ? -.infinity : 0, into: memory + source)
  }

  /// Fills what is the same for all planes: padding, and each window's first tap or divisor.
  func prepare(_ rule: PoolingRule, _ memory: UnsafeMutablePointer<Float>) -> TapTable {
    let isMaximum = rule == .maximum
    (memory + source).update(repeating: isMaximum ? -.infinity : 0, count: windows.channelSize)
    (memory + constants).update(repeating: isMaximum ? 0 : 1, count: windows.sumsSize)
    let (height, width) = (pooling.height, pooling.width)
    for i in 0..<height.output {
      for j in 0..<width.output {
        let (rows, columns) = (tapsInside(height, i), tapsInside(width, j))
        let constant = memory + constants + i * windows.pitch + j
        switch rule {
        case .maximum: constant.pointee = Float(rows.first * width.size + columns.first)
        case .average(countsPadding: true): constant.pointee = Float(height.size * width.size)
        case .average(countsPadding: false): constant.pointee = Float(rows.count * columns.count)
        }
      }
    }
    return TapTable(windows, in: memory + taps)
  }

  /// The taps of window `i` that lie inside the plane, of which there is one at least.
  private func tapsInside(_ axis: WindowAxis, _ i: Int) -> (first: Int, count: Int) {
    let begin = i * axis.stride - axis.padding
    let first = max(0, -begin)
    return (first, min(axis.size, axis.input - begin) - first)
  }

  /// Fills the padding around gradients, and lays the windows' constants out in the same way.
  func prepareGradients(_ memory: UnsafeMutablePointer<Float>) -> TapTable {
    (memory + gradients).clear(inputs.channelSize)
    (memory + packedPlaces).update(repeating: -1, count: inputs.channelSize)
    (memory + divisors).update(repeating: 1, count: inputs.channelSize)
    repack(constants, padding: 1, into: divisors, memory)
    return TapTable(inputs, in: memory + inputTaps)
  }

  /// From the layout of `windows` to that of `inputs`, by way of memory without gaps.
  @inline(__always)
  func repack(_ values: Int, padding: Float, into packed: Int, _ memory: UnsafeMutablePointer<Float>) {
    windows.unpack(memory + values, stride: 0, 0, windows.strip, into: memory + compact, accumulates: false)
    inputs.pack(
      memory + compact, before: memory + gradients, 0, inputs.strip, padding: padding, into: memory + packed)
  }
}

// MARK: - Sixteen pixels at a time

extension WindowPooling {
  /// The greatest value of each window and its tap.
  @inline(__always)
  func findMaxima(_ taps: TapTable, _ memory: UnsafeMutablePointer<Float>) {
    for vector in 0..<windows.vectors(windows.strip) {
      let pixel = vector * Vector.scalarCount
      var (greatest, place) = (Vector(repeating: -.infinity), read(memory + constants + pixel))
      for tap in 0..<pooling.height.size * pooling.width.size {
        let x = read(memory + source + taps.displacements[tap] + pixel)
        let wins = (x .> greatest) .| (x .!= x)
        greatest = greatest.replacing(with: x, where: wins)
        place = place.replacing(with: Float(tap), where: wins)
      }
      write(greatest, to: memory + results + pixel)
      write(place, to: memory + places + pixel)
    }
  }

  @inline(__always)
  func average(_ taps: TapTable, _ memory: UnsafeMutablePointer<Float>) {
    for vector in 0..<windows.vectors(windows.strip) {
      let pixel = vector * Vector.scalarCount
      var sum = Vector.zero
      for tap in 0..<pooling.height.size * pooling.width.size {
        sum += read(memory + source + taps.displacements[tap] + pixel)
      }
      write(sum / read(memory + constants + pixel), to: memory + results + pixel)
    }
  }

  /// The gradients, each divided as its window was.
  @inline(__always)
  func divideGradients(_ memory: UnsafeMutablePointer<Float>) {
    forEachVector(inputs.channelSize) {
      let share = (memory + gradients).vector($0) / (memory + divisors).vector($0)
      (memory + packedPlaces).store(share, $0)
    }
  }

  /// dx of every phase: for each tap the `gradient` of the window, in which this input is at that tap.
  @inline(__always)
  func gather(
    _ taps: TapTable, _ memory: UnsafeMutablePointer<Float>, _ gradient: (_ window: Int, _ tap: Int) -> Vector
  ) {
    for phase in 0..<inputs.gridPhases {
      for vector in 0..<inputs.vectors(inputs.strip) {
        let pixel = vector * Vector.scalarCount
        var sum = Vector.zero
        for tap in taps.begins[phase]..<taps.begins[phase + 1] {
          sum += gradient(taps.displacements[tap] + pixel, taps.places[tap])
        }
        write(sum, to: memory + sums + phase * inputs.sumsSize + pixel)
      }
    }
  }

  @inline(__always)
  func gatherMaxima(_ taps: TapTable, _ memory: UnsafeMutablePointer<Float>) {
    gather(taps, memory) { window, tap in
      let isMaximum = read(memory + packedPlaces + window) .== Float(tap)
      return Vector.zero.replacing(with: read(memory + gradients + window), where: isMaximum)
    }
  }

  @inline(__always)
  func gatherShares(_ taps: TapTable, _ memory: UnsafeMutablePointer<Float>) {
    gather(taps, memory) { window, _ in read(memory + packedPlaces + window) }
  }
}
