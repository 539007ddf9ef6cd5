import KernelInterface

// A convolution in three steps, outermost first:
//
// 1. `PlaneConvolution` (this file) takes a strip of rows, then an image, then a group. The group's channels are packed
//    straight from the image into planes with padding around them (`Planes`): nothing is copied once for every tap, at
//    most once for every shift of the columns.
// 2. The channels computed are cut into panels. The weights of a panel were packed once, for all images.
// 3. A tile (`Convolution+Tile`) of the panel's channels by some vectors of pixels sums over all channels and taps in
//    registers; a tap is a displacement within the planes.
//
// The data gradient is the same with dy for x, the weights turned around, and the stride's phases in what is computed
// instead of what is read.

extension VectorKernels {
  public func convolutionWorkspaceSize(_ convolution: Convolution, _ pass: ConvolutionPass, channels: Int) -> Int {
    switch pass {
    case .forward: PlaneConvolution(convolution, isTransposed: false, channels: channels).workspaceSize
    case .backwardInput: PlaneConvolution(convolution, isTransposed: true, channels: channels).workspaceSize
    case .backwardWeight:
      convolution.groupInputs == 1
        ? PlaneWeightGradient(convolution).workspaceSize
        : PixelWeightGradient(convolution, channels: channels).workspaceSize
    }
  }

  public func convolve(
    _ convolution: Convolution, x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>, outputs: Range<Int>, workspace: UnsafeMutableRawPointer
  ) {
    let sums = PlaneConvolution(convolution, isTransposed: false, channels: outputs.count)
    sums.run(x, weight, bias, into: y, outputs, accumulates: false, workspace)
  }

  public func convolveBackwardInput(
    _ convolution: Convolution, dy: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, inputs: Range<Int>, accumulates: Bool, workspace: UnsafeMutableRawPointer
  ) {
    let sums = PlaneConvolution(convolution, isTransposed: true, channels: inputs.count)
    sums.run(dy, weight, nil, into: dx, inputs, accumulates: accumulates, workspace)
  }
}

/// A convolution, or its data gradient, over packed planes.
private struct PlaneConvolution {
  let convolution: Convolution
  let isTransposed: Bool
  let planes: Planes
  /// Channels of a group: those summed over (`units`) and those computed.
  let units: Int
  let channels: Int
  /// Values of one channel of what is read and of what is computed.
  let sourcePlane: Int
  let targetPlane: Int

  // Where the parts of the workspace begin, in floats.
  let packedWeights: Int
  let taps: Int
  let starts: Int
  let masks: Int
  let source: Int
  let sums: Int
  let workspaceSize: Int

  /// Floats of packed planes, and of sums of one panel, that stay in a second-level cache beside each other.
  private static let planesBudget = 1 << 17
  private static let sumsBudget = 1 << 15
  /// Channels computed from the same planes that pay for packing these once for each shift.
  private static let leastSharing = 8

  init(_ convolution: Convolution, isTransposed: Bool, channels count: Int) {
    self.convolution = convolution
    self.isTransposed = isTransposed
    units = isTransposed ? convolution.groupOutputs : convolution.groupInputs
    channels = isTransposed ? convolution.groupInputs : convolution.groupOutputs
    sourcePlane = isTransposed ? convolution.outputPlane : convolution.inputPlane
    targetPlane = isTransposed ? convolution.inputPlane : convolution.outputPlane
    let gridPhases = isTransposed ? convolution.height.stride * convolution.width.stride : 1
    let panel = max(1, min(ConvolutionTile.rows, channels))
    planes = Planes(
      convolution.height, convolution.width, isTransposed: isTransposed, floats: Self.planesBudget / max(1, units),
      pixels: Self.sumsBudget / (panel * gridPhases), mayCopy: channels >= Self.leastSharing)
    packedWeights = 0
    taps = packedWeights + roundedUp(count * units * convolution.taps)
    starts = taps + TapTable.size(planes)
    masks = starts + Vector.scalarCount
    source = masks + (planes.copies > 1 ? planes.copies * planes.size : 0)
    sums = source + units * planes.channelSize
    let end = sums + panel * gridPhases * planes.sumsSize + Vector.scalarCount
    workspaceSize = end * MemoryLayout<Float>.stride
  }

  /// Channels `range` of every image.
  func run(
    _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>, _ range: Range<Int>, accumulates: Bool, _ workspace: UnsafeMutableRawPointer
  ) {
    if planes.rows.grid == 0 || planes.columns.grid == 0 || range.isEmpty { return }
    let memory = workspace.assumingMemoryBound(to: Float.self)
    let taps = TapTable(planes, in: memory + taps)
    packWeights(weight, taps, range, into: memory + packedWeights)
    if planes.copies > 1 { planes.prepareMasks(memory + masks) }
    var row = 0
    while row < planes.rows.grid {
      let rows = min(planes.strip, planes.rows.grid - row)
      (memory + source).clear(units * planes.channelSize)
      for image in 0..<convolution.batch {
        for group in range.lowerBound / channels...(range.upperBound - 1) / channels {
          let source = packedSource(x, image, group, row, rows, memory)
          let first = max(range.lowerBound, group * channels)
          let end = min(range.upperBound, (group + 1) * channels)
          ConvolutionTile.forEachPanel(end - first) { channel, height in
            let weights = memory + packedWeights + (first + channel - range.lowerBound) * units * convolution.taps
            let target = y + (image * convolution.groups * channels + first + channel) * targetPlane
            let start = memory + starts
            for place in 0..<height { start[place] = bias?[first + channel + place] ?? 0 }
            computePanel(weights, taps, height, row, rows, source, into: target, accumulates, memory)
          }
        }
      }
      row += rows
    }
  }

  /// What `rows` rows from `row` on of a group meet: its first channel, and the floats from one to the next.
  ///
  /// The image itself where it can serve as it lies. The last vector read reaches behind it, so more must follow.
  @inline(__always)
  private func packedSource(
    _ x: UnsafePointer<Float>, _ image: Int, _ group: Int, _ row: Int, _ rows: Int,
    _ memory: UnsafeMutablePointer<Float>
  ) -> (UnsafePointer<Float>, stride: Int) {
    let firstUnit = x + (image * convolution.groups + group) * units * sourcePlane
    let end = x + convolution.batch * convolution.groups * units * sourcePlane
    if planes.isInPlace && firstUnit + units * sourcePlane + Vector.scalarCount <= end {
      return (firstUnit + row * planes.pitch, sourcePlane)
    }
    for unit in 0..<units {
      let (channel, target) = (firstUnit + unit * sourcePlane, memory + source + unit * planes.channelSize)
      if planes.copies > 1 {
        planes.packCopies(channel, from: x, before: end, memory + masks, row, rows, into: target)
      } else {
        planes.pack(channel, before: end, row, rows, into: target)
      }
    }
    return (UnsafePointer(memory + source), planes.channelSize)
  }

  /// `rows` rows from `row` on of `height` channels, the first of which is `target`.
  @inline(__always)
  private func computePanel(
    _ weights: UnsafePointer<Float>, _ taps: TapTable, _ height: Int, _ row: Int, _ rows: Int,
    _ source: (UnsafePointer<Float>, stride: Int), into target: UnsafeMutablePointer<Float>, _ accumulates: Bool,
    _ memory: UnsafeMutablePointer<Float>
  ) {
    let vectors = planes.vectors(rows)
    // What fills whole vectors can be written where it belongs.
    let direct = planes.isResultInPlace && !accumulates ? rows * planes.pitch / Vector.scalarCount : 0
    if direct > 0 {
      let path: SumPath = (units, source.stride, taps.begins[1], UnsafePointer(taps.displacements))
      sumProducts(
        height, direct, path, weights, source.0, start: memory + starts, into: target + row * planes.pitch,
        stride: targetPlane, accumulates: false)
    }
    let (done, rest) = (direct * Vector.scalarCount, vectors - direct)
    if rest == 0 { return }
    let phaseSize = height * planes.sumsSize
    for phase in 0..<planes.gridPhases {
      let (first, end) = (taps.begins[phase], taps.begins[phase + 1])
      let path: SumPath = (units, source.stride, end - first, UnsafePointer(taps.displacements + first))
      sumProducts(
        height, rest, path, weights + first * units * height, source.0 + done, start: memory + starts,
        into: memory + sums + phase * phaseSize, stride: planes.sumsSize, accumulates: false)
    }
    for place in 0..<height {
      let values = memory + sums + place * planes.sumsSize
      let channel = target + place * targetPlane
      if direct > 0 {
        (channel + row * planes.pitch + done).store(read(values), (0, rows * planes.pitch - done))
      } else {
        planes.unpack(values, stride: phaseSize, row, rows, into: channel, accumulates: accumulates)
      }
    }
  }

  /// For each panel, phase, unit and tap the weights of the panel's channels, side by side.
  private func packWeights(
    _ weight: UnsafePointer<Float>, _ taps: TapTable, _ range: Range<Int>, into packed: UnsafeMutablePointer<Float>
  ) {
    let taps1 = convolution.taps
    let (channelStride, unitStride) = isTransposed ? (taps1, channels * taps1) : (units * taps1, taps1)
    var next = packed
    for group in range.lowerBound / channels...(range.upperBound - 1) / channels {
      let first = max(range.lowerBound, group * channels)
      let end = min(range.upperBound, (group + 1) * channels)
      let weights = weight + group * units * channels * taps1 + (first - group * channels) * channelStride
      ConvolutionTile.forEachPanel(end - first) { channel, height in
        for phase in 0..<planes.gridPhases {
          for unit in 0..<units {
            for tap in taps.begins[phase]..<taps.begins[phase + 1] {
              let values = weights + channel * channelStride + unit * unitStride + taps.places[tap]
              for place in 0..<height { next[place] = values[place * channelStride] }
              next += height
            }
          }
        }
      }
    }
  }
}
