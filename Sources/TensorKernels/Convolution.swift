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
  /// Taps of every phase of the grid, phase after phase: their displacements and their places in the weights.
  let gridPhases: Int
  /// Floats of scratch memory for the sums of one channel of one phase.
  let sumsSize: Int

  // Where the parts of the workspace begin, in floats.
  let packedWeights: Int
  let displacements: Int
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
    gridPhases = isTransposed ? convolution.height.stride * convolution.width.stride : 1
    let panel = max(1, min(ConvolutionTile.rows, channels))
    planes = Planes(
      convolution.height, convolution.width, isTransposed: isTransposed, floats: Self.planesBudget / max(1, units),
      pixels: Self.sumsBudget / (panel * gridPhases))
    sumsSize = planes.vectors(planes.strip) * Vector.scalarCount
    packedWeights = 0
    displacements = packedWeights + roundedUp(count * units * convolution.taps)
    starts = displacements + roundedUp(4 * convolution.taps + 2 * (gridPhases + 1))
    source = starts + Vector.scalarCount
    sums = source + units * planes.channelSize
    workspaceSize = (sums + panel * gridPhases * sumsSize) * MemoryLayout<Float>.stride
  }

  /// Channels `range` of every image.
  func run(
    _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>, _ range: Range<Int>, accumulates: Bool, _ workspace: UnsafeMutableRawPointer
  ) {
    if planes.rows.grid == 0 || planes.columns.grid == 0 || range.isEmpty { return }
    let memory = workspace.assumingMemoryBound(to: Float.self)
    let taps = TapTable(workspace + displacements * MemoryLayout<Float>.stride, convolution.taps)
    fill(taps)
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
              store(
                memory + sums + place * sumsSize, height, row, rows, into: target + place * targetPlane, accumulates)
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
    for phase in 0..<gridPhases {
      let (first, end) = (taps.begins[phase], taps.begins[phase + 1])
      sumProducts(
        height, planes.vectors(rows),
        (units, planes.channelSize, end - first, UnsafePointer(taps.displacements + first)),
        weights + first * units * height, memory + source, start: start,
        into: memory + sums + phase * height * sumsSize, stride: sumsSize, accumulates: false)
    }
  }

  /// Taps by the phase of the grid they belong to, in order within each.
  private func fill(_ taps: TapTable) {
    var count = 0
    for phase in 0..<gridPhases {
      taps.begins[phase] = count
      for row in 0..<convolution.height.size {
        for column in 0..<convolution.width.size {
          let (upper, left) = (planes.rows.gridPhase(ofTap: row), planes.columns.gridPhase(ofTap: column))
          guard phase == upper * planes.columns.gridPhases + left else { continue }
          taps.displacements[count] = planes.displacement(row, column)
          taps.places[count] = row * convolution.width.size + column
          count += 1
        }
      }
    }
    taps.begins[gridPhases] = count
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
        for phase in 0..<gridPhases {
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

  /// Copies the sums of one channel, of which `panel` lie between one phase and the next, to where they belong.
  @inline(__always)
  private func store(
    _ sums: UnsafePointer<Float>, _ panel: Int, _ first: Int, _ rows: Int,
    into channel: UnsafeMutablePointer<Float>, _ accumulates: Bool
  ) {
    let (height, width) =
      isTransposed ? (convolution.height.input, convolution.width.input) : (planes.rows.grid, planes.columns.grid)
    for upper in 0..<planes.rows.gridPhases {
      for row in 0..<rows {
        let target = (first + row) * planes.rows.gridPhases + upper
        guard target < height else { break }
        let line = channel + target * width
        let values = sums + upper * planes.columns.gridPhases * panel * sumsSize + row * planes.pitch
        storeRow(values, panel * sumsSize, into: line, count: width, accumulates)
      }
    }
  }

  /// One row, whose phases lie `stride` floats apart.
  @inline(__always)
  private func storeRow(
    _ values: UnsafePointer<Float>, _ stride: Int, into line: UnsafeMutablePointer<Float>, count: Int,
    _ accumulates: Bool
  ) {
    switch planes.columns.gridPhases {
    case 1:
      if accumulates {
        forEachVector(count) { line.store(line.vector($0) + values.vector($0), $0) }
      } else {
        line.copy(values, count: count)
      }
    case 2: merge(values, values + stride, into: line, count: count, accumulates)
    default:
      for phase in 0..<planes.columns.gridPhases {
        var column = phase
        var value = values + phase * stride
        while column < count {
          line[column] = accumulates ? line[column] + value[0] : value[0]
          column += planes.columns.gridPhases
          value += 1
        }
      }
    }
  }
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

/// A convolution's taps, ordered by phase of the grid: places in the weights, displacements in the planes, and where each
/// phase begins.
private struct TapTable {
  let displacements: UnsafeMutablePointer<Int>
  let places: UnsafeMutablePointer<Int>
  let begins: UnsafeMutablePointer<Int>

  init(_ memory: UnsafeMutableRawPointer, _ count: Int) {
    displacements = memory.assumingMemoryBound(to: Int.self)
    places = displacements + count
    begins = places + count
  }
}

/// To whole vectors.
@inline(__always)
func roundedUp(_ floats: Int) -> Int { (floats + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount }
