import KernelInterface

// A convolution in three steps, outermost first:
//
// 1. `PlaneConvolution` (this file) takes a strip of rows, then an image, then a group. The group's channels are packed
//    straight from the image into planes with padding around them (`Planes`): nothing is copied once for every tap.
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

  // Where the parts of the workspace begin, in floats.
  let packedWeights: Int
  let taps: Int
  let starts: Int
  let source: Int
  let sums: Int
  let workspaceSize: Int

  /// Floats of packed planes, and of sums of one panel, that stay in a second-level cache beside each other.
  private static let planesBudget = 1 << 17
  private static let sumsBudget = 1 << 15

  init(_ convolution: Convolution, isTransposed: Bool, channels count: Int) {
    self.convolution = convolution
    self.isTransposed = isTransposed
    units = isTransposed ? convolution.groupOutputs : convolution.groupInputs
    channels = isTransposed ? convolution.groupInputs : convolution.groupOutputs
    let gridPhases = isTransposed ? convolution.height.stride * convolution.width.stride : 1
    let panel = max(1, min(ConvolutionTile.rows, channels))
    planes = Planes(
      convolution.height, convolution.width, isTransposed: isTransposed, floats: Self.planesBudget / max(1, units),
      pixels: Self.sumsBudget / (panel * gridPhases))
    packedWeights = 0
    taps = packedWeights + roundedUp(count * units * convolution.taps)
    starts = taps + TapTable.size(planes)
    source = starts + Vector.scalarCount
    sums = source + units * planes.channelSize
    workspaceSize = (sums + panel * gridPhases * planes.sumsSize) * MemoryLayout<Float>.stride
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
    let (sourcePlane, targetPlane) =
      isTransposed
      ? (convolution.outputPlane, convolution.inputPlane) : (convolution.inputPlane, convolution.outputPlane)
    let channelCount = convolution.groups * channels
    var row = 0
    while row < planes.rows.grid {
      let rows = min(planes.strip, planes.rows.grid - row)
      (memory + source).clear(units * planes.channelSize)
      for image in 0..<convolution.batch {
        for group in range.lowerBound / channels...(range.upperBound - 1) / channels {
          let firstUnit = x + (image * convolution.groups + group) * units * sourcePlane
          for unit in 0..<units {
            planes.pack(firstUnit + unit * sourcePlane, row, rows, into: memory + source + unit * planes.channelSize)
          }
          let first = max(range.lowerBound, group * channels)
          let end = min(range.upperBound, (group + 1) * channels)
          ConvolutionTile.forEachPanel(end - first) { channel, height in
            let weights = memory + packedWeights + (first + channel - range.lowerBound) * units * convolution.taps
            let target = y + (image * channelCount + first + channel) * targetPlane
            computePanel(weights, taps, bias.map { $0 + first + channel }, height, rows, memory)
            for place in 0..<height {
              planes.unpack(
                memory + sums + place * planes.sumsSize, stride: height * planes.sumsSize, row, rows,
                into: target + place * targetPlane, accumulates: accumulates)
            }
          }
        }
      }
      row += rows
    }
  }

  /// The sums of `height` channels for `rows` rows of every phase of the grid.
  @inline(__always)
  private func computePanel(
    _ weights: UnsafePointer<Float>, _ taps: TapTable, _ bias: UnsafePointer<Float>?, _ height: Int, _ rows: Int,
    _ memory: UnsafeMutablePointer<Float>
  ) {
    let start = memory + starts
    for place in 0..<height { start[place] = bias?[place] ?? 0 }
    for phase in 0..<planes.gridPhases {
      let (first, end) = (taps.begins[phase], taps.begins[phase + 1])
      sumProducts(
        height, planes.vectors(rows),
        (units, planes.channelSize, end - first, UnsafePointer(taps.displacements + first)),
        weights + first * units * height, memory + source, start: start,
        into: memory + sums + phase * height * planes.sumsSize, stride: planes.sumsSize, accumulates: false)
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
