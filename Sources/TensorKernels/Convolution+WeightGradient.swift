import KernelInterface

// The weight gradient sums over pixels, so pixels are what the tile's sums run over: for each pixel, a panel of the
// outputs' gradients times the inputs that the window meets there. Both are turned so that a pixel's channels lie side by
// side. Then what the window meets in one row is one stretch of memory, all its taps and channels, and serves as it lies.

extension VectorKernels {
  public func convolveBackwardWeight(
    _ convolution: Convolution, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dw: UnsafeMutablePointer<Float>, outputs: Range<Int>, workspace: UnsafeMutableRawPointer
  ) {
    if outputs.isEmpty || convolution.groupInputs == 0 || convolution.taps == 0 { return }
    if convolution.groupInputs == 1 {
      PlaneWeightGradient(convolution).run(x, dy, into: dw, outputs, workspace)
    } else {
      PixelWeightGradient(convolution, channels: outputs.count).run(x, dy, into: dw, outputs, workspace)
    }
  }

  public func convolveBackwardBias(
    _ convolution: Convolution, dy: UnsafePointer<Float>, into db: UnsafeMutablePointer<Float>, outputs: Range<Int>,
    accumulates: Bool
  ) {
    let plane = convolution.outputPlane
    for output in outputs {
      var total: Float = 0
      for image in 0..<convolution.batch {
        total += sum(dy + (image * convolution.outputs + output) * plane, count: plane)
      }
      db[output] = accumulates ? db[output] + total : total
    }
  }
}

/// The weight gradient of groups of several inputs.
struct PixelWeightGradient {
  let convolution: Convolution
  /// Rows and columns of y.
  let outputRows: Int
  let outputColumns: Int
  /// The taps of a row that one stretch covers: all, or one where dilation sets them apart.
  let stretch: Int
  /// Stretches of a window, and the floats that the sums of one take.
  let stretches: Int
  let stretchSize: Int
  /// Floats from one row of turned inputs to the next.
  let rowSize: Int

  // Where the parts of the workspace begin, in floats.
  let sums: Int
  let pixels: Int
  let zeros: Int
  let inputs: Int
  let gradients: Int
  let workspaceSize: Int

  init(_ convolution: Convolution, channels: Int) {
    self.convolution = convolution
    (outputRows, outputColumns) = (convolution.height.output, convolution.width.output)
    stretch = convolution.width.dilation == 1 ? convolution.width.size : 1
    stretches = convolution.taps / max(1, stretch)
    stretchSize = roundedUp(stretch * convolution.groupInputs)
    let width = convolution.width
    let height = convolution.height
    rowSize = ((width.output - 1) * width.stride + (width.size - 1) * width.dilation + 1) * convolution.groupInputs
    let rows = (convolution.gradientRows - 1) * height.stride + (height.size - 1) * height.dilation + 1
    sums = 0
    pixels = sums + channels * stretches * stretchSize
    zeros = pixels + roundedUp(2 * width.output)
    inputs = zeros + Vector.scalarCount
    gradients = inputs + roundedUp(rows * rowSize) + 2 * Vector.scalarCount
    let panel = convolution.gradientRows * width.output * ConvolutionTile.rows
    workspaceSize = (gradients + roundedUp(panel) + Vector.scalarCount) * MemoryLayout<Float>.stride
  }

  func run(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>,
    _ outputs: Range<Int>, _ workspace: UnsafeMutableRawPointer
  ) {
    let memory = workspace.assumingMemoryBound(to: Float.self)
    (memory + sums).clear(outputs.count * stretches * stretchSize)
    (memory + zeros).clear(Vector.scalarCount)
    let pixels = (workspace + pixels * MemoryLayout<Float>.stride).assumingMemoryBound(to: Int.self)
    for pixel in 0..<outputColumns {
      pixels[pixel] = pixel * convolution.width.stride * convolution.groupInputs
    }
    let channels = convolution.groupOutputs
    let blockRows = convolution.gradientRows
    for image in 0..<convolution.batch {
      for group in outputs.lowerBound / channels...(outputs.upperBound - 1) / channels {
        let images = x + (image * convolution.inputs + group * convolution.groupInputs) * convolution.inputPlane
        let first = max(outputs.lowerBound, group * channels)
        let end = min(outputs.upperBound, (group + 1) * channels)
        var row = 0
        while row < outputRows {
          let rows = min(blockRows, outputRows - row)
          packInputs(images, row, rows, into: memory + inputs)
          ConvolutionTile.forEachPanel(end - first) { channel, height in
            let gradients = dy + (image * convolution.outputs + first + channel) * outputRows * outputColumns
            addBlock(gradients, first + channel - outputs.lowerBound, height, row, rows, pixels, memory)
          }
          row += rows
        }
      }
    }
    store(memory + sums, into: dw + outputs.lowerBound * convolution.groupInputs * convolution.taps, outputs.count)
  }

  /// Adds the sums over `rows` rows of y for `height` outputs, the first of which is `channel`.
  @inline(__always)
  private func addBlock(
    _ dy: UnsafePointer<Float>, _ channel: Int, _ height: Int, _ row: Int, _ rows: Int,
    _ pixels: UnsafePointer<Int>, _ memory: UnsafeMutablePointer<Float>
  ) {
    let plane = outputRows * outputColumns
    let operand = operand(dy, stride: plane, count: height, depth: plane, isDepthMajor: false)
    pack(operand, 0, height, row * outputColumns, rows * outputColumns, into: memory + gradients, stride: height)
    let path: SumPath = (rows, convolution.height.stride * rowSize, outputColumns, pixels)
    for part in 0..<stretches {
      let (tapRow, tapColumn) = (part * stretch / convolution.width.size, part * stretch % convolution.width.size)
      let displacement =
        tapRow * convolution.height.dilation * rowSize
        + tapColumn * convolution.width.dilation * convolution.groupInputs
      sumProducts(
        height, stretchSize / Vector.scalarCount, path, memory + gradients, memory + inputs + displacement,
        start: memory + zeros, into: memory + sums + (channel * stretches + part) * stretchSize,
        stride: stretches * stretchSize, accumulates: true)
    }
  }

  /// The inputs that `rows` rows of y from `first` on meet: for each pixel, padding included, its channels side by side.
  private func packInputs(
    _ x: UnsafePointer<Float>, _ first: Int, _ rows: Int, into packed: UnsafeMutablePointer<Float>
  ) {
    let (height, width, channels) = (convolution.height, convolution.width, convolution.groupInputs)
    let count = (rows - 1) * height.stride + (height.size - 1) * height.dilation + 1
    let columns = rowSize / channels
    let left = min(columns, width.padding)
    let present = max(0, min(width.input, columns - left))
    let operand = operand(
      x, stride: convolution.inputPlane, count: channels, depth: convolution.inputPlane, isDepthMajor: false)
    for line in 0..<count {
      let row = first * height.stride + line - height.padding
      let target = packed + line * rowSize
      guard row >= 0, row < height.input, present > 0 else {
        target.clear(rowSize)
        continue
      }
      target.clear(left * channels)
      // Whole vectors are written; the lanes too many fall into the next pixel, whose channels are written later.
      var channel = (channels - 1) / Vector.scalarCount * Vector.scalarCount
      while channel >= 0 {
        pack(
          operand, channel, min(Vector.scalarCount, channels - channel), row * width.input, present,
          into: target + left * channels + channel, stride: channels)
        channel -= Vector.scalarCount
      }
      (target + (left + present) * channels).clear((columns - left - present) * channels)
    }
  }

  /// From (output, row of taps, tap, input) to (output, input, row of taps, tap).
  private func store(_ sums: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>, _ outputs: Int) {
    let (channels, taps) = (convolution.groupInputs, convolution.taps)
    for output in 0..<outputs {
      for tap in 0..<taps {
        let values = sums + (output * stretches + tap / stretch) * stretchSize + tap % stretch * channels
        let target = dw + output * channels * taps + tap
        for channel in 0..<channels { target[channel * taps] = values[channel] }
      }
    }
  }
}
