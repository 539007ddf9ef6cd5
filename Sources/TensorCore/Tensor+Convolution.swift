import KernelInterface

extension Convolution {
  /// The convolution of images [batch, inputs, height, width] with weights [outputs, inputs / groups, height, width], or of
  /// signals [batch, inputs, length] with [outputs, inputs / groups, length]; of those, only the widths count.
  public init(
    of x: Shape, with weight: Shape, stride: Extent = 1, padding: Extent = 0, dilation: Extent = 1, groups: Int = 1
  ) {
    let what = "a convolution of \(x) with weights \(weight)"
    precondition(x.rank == weight.rank && (x.rank == 3 || x.rank == 4), "\(what): 3 or 4 dimensions wanted")
    precondition(
      groups > 0 && weight[0] % groups == 0 && x[1] == weight[1] * groups, "\(what) in \(groups) groups does not fit")
    precondition(
      stride.height > 0 && stride.width > 0 && dilation.height > 0 && dilation.width > 0 && padding.height >= 0
        && padding.width >= 0, "\(what): stride \(stride), padding \(padding), dilation \(dilation)")
    let width = WindowAxis(
      input: x[-1], size: weight[-1], stride: stride.width, padding: padding.width, dilation: dilation.width)
    let height =
      x.rank == 3
      ? WindowAxis(input: 1, size: 1)
      : WindowAxis(
        input: x[2], size: weight[2], stride: stride.height, padding: padding.height, dilation: dilation.height)
    precondition(
      height.size > 0 && width.size > 0 && height.output > 0 && width.output > 0,
      "\(what): the window does not fit into the image with padding \(padding)")
    self.init(batch: x[0], inputs: x[1], outputs: weight[0], groups: groups, height: height, width: width)
  }

  /// The shape of y for an x of so many dimensions.
  fileprivate func outputShape(rank: Int) -> Shape {
    rank == 3 ? [batch, outputs, width.output] : [batch, outputs, height.output, width.output]
  }

  /// Stops where tensors are not of the sizes that this convolution was made for.
  fileprivate func check(x: Shape? = nil, weight: Shape? = nil, dy: Shape? = nil) {
    let wanted: [(String, Shape?, Shape)] = [
      ("images", x, [batch, inputs, height.input, width.input]),
      ("weights", weight, [outputs, inputs / groups, height.size, width.size]),
      ("gradients", dy, [batch, outputs, height.output, width.output]),
    ]
    for case (let what, let shape?, let wanted) in wanted {
      precondition(shape.count == wanted.count, "\(what) \(shape) in the place of \(wanted)")
    }
  }

  /// Multiply-adds of the whole convolution.
  private var work: Int { batch * outputPlane * weightCount }

  /// Multiply-adds below which a second thread costs more than it brings.
  private static let smallest = 1 << 18

  /// Threads that the work is worth.
  fileprivate func threads(on backend: Backend) -> Int {
    max(1, min(backend.threads.size, work / Self.smallest))
  }

  /// Calls `body` with the images and the channels (of `channels`) of each thread's part. Images are shared out where
  /// there is one for each thread, else channels.
  fileprivate func forEachPart(
    on backend: Backend, channels: Int, _ body: (_ images: Range<Int>, _ channels: Range<Int>) -> Void
  ) {
    let threads = threads(on: backend)
    let cutsImages = batch >= threads
    let parts = cutsImages ? threads : min(threads, max(1, channels))
    backend.threads.run(parts) { part in
      let range = Backend.range(part, of: parts, count: cutsImages ? batch : channels, unit: 1)
      body(cutsImages ? range : 0..<batch, cutsImages ? 0..<channels : range)
    }
  }

  /// The same convolution of fewer images.
  fileprivate func withBatch(_ batch: Int) -> Convolution {
    var part = self
    part.batch = batch
    return part
  }

  fileprivate func withWorkspace(
    on backend: Backend, _ pass: ConvolutionPass, channels: Int, _ body: (UnsafeMutableRawPointer) -> Void
  ) {
    let bytes = backend.kernels.convolutionWorkspaceSize(self, pass, channels: channels)
    let workspace = backend.pool.allocate((bytes + 3) / 4)
    withExtendedLifetime(workspace) { body(UnsafeMutableRawPointer(workspace.base)) }
  }
}

extension Tensor {
  /// y of `convolution`: see `ConvolutionKernels.convolve` for the order of sums.
  public func convolution(_ convolution: Convolution, weight: Tensor, bias: Tensor?) -> Tensor {
    convolution.check(x: shape, weight: weight.shape)
    precondition(
      bias.map { $0.shape == [convolution.outputs] } ?? true,
      "a bias of shape \(bias?.shape ?? []) for \(convolution.outputs) output channels")
    return Tensor(convolution.outputShape(rank: shape.rank), on: backend) { y in
      convolution.forEachPart(on: backend, channels: convolution.outputs) { images, outputs in
        let part = convolution.withBatch(images.count)
        part.withWorkspace(on: backend, .forward, channels: outputs.count) { workspace in
          backend.kernels.convolve(
            part, x: base + images.lowerBound * part.inputs * part.inputPlane, weight: weight.base, bias: bias?.base,
            into: y.base + images.lowerBound * part.outputs * part.outputPlane, outputs: outputs, workspace: workspace)
        }
      }
      withExtendedLifetime((self, weight, bias)) {}
    }
  }
}

extension TensorDestination {
  /// dx, or dx += ...: see `ConvolutionKernels.convolveBackwardInput`.
  public func writeConvolutionInputGradient(_ convolution: Convolution, dy: Tensor, weight: Tensor) {
    convolution.check(x: shape, weight: weight.shape, dy: dy.shape)
    convolution.forEachPart(on: backend, channels: convolution.inputs) { images, inputs in
      let part = convolution.withBatch(images.count)
      part.withWorkspace(on: backend, .backwardInput, channels: inputs.count) { workspace in
        backend.kernels.convolveBackwardInput(
          part, dy: dy.base + images.lowerBound * part.outputs * part.outputPlane, weight: weight.base,
          into: base + images.lowerBound * part.inputs * part.inputPlane, inputs: inputs, accumulates: accumulates,
          workspace: workspace)
      }
    }
    withExtendedLifetime((self, dy, weight)) {}
  }

  /// dw, or dw += ...: the batch is cut into `gradientParts` as even as possible; the parts' gradients, each in the order
  /// of `ConvolutionKernels.convolveBackwardWeight`, are added along a binary tree: neighbours, pairs of neighbours, ...
  public func writeConvolutionWeightGradient(_ convolution: Convolution, x: Tensor, dy: Tensor) {
    convolution.check(x: x.shape, weight: shape, dy: dy.shape)
    let parts = convolution.gradientParts
    let size = (shape.count + 15) / 16 * 16
    let isDirect = parts == 1 && !accumulates
    let partial = backend.pool.allocate(isDirect ? 0 : parts * size)
    let gradients = isDirect ? base : partial.base
    let threads = convolution.threads(on: backend)
    let blocks = min((threads + parts - 1) / parts, max(1, convolution.outputs))
    backend.threads.run(min(threads, parts * blocks)) { thread in
      for item in Backend.range(thread, of: min(threads, parts * blocks), count: parts * blocks, unit: 1) {
        let images = Backend.range(item / blocks, of: parts, count: convolution.batch, unit: 1)
        let outputs = Backend.range(item % blocks, of: blocks, count: convolution.outputs, unit: 1)
        let part = convolution.withBatch(images.count)
        part.withWorkspace(on: backend, .backwardWeight, channels: outputs.count) { workspace in
          backend.kernels.convolveBackwardWeight(
            part, x: x.base + images.lowerBound * part.inputs * part.inputPlane,
            dy: dy.base + images.lowerBound * part.outputs * part.outputPlane, into: gradients + item / blocks * size,
            outputs: outputs, workspace: workspace)
        }
      }
    }
    if !isDirect { writeTreeSum(of: partial.base, count: parts, stride: size) }
    withExtendedLifetime((self, x, dy, partial)) {}
  }

  /// The sum of `count` vectors along the binary tree over their numbers. Overwrites them.
  private func writeTreeSum(of vectors: UnsafeMutablePointer<Float>, count: Int, stride: Int) {
    backend.forEachRange(of: shape.count) { range in
      let at = range.lowerBound
      var distance = 1
      while distance < count {
        for vector in Swift.stride(from: 0, to: count - distance, by: 2 * distance) {
          let (left, right) = (vectors + vector * stride + at, vectors + (vector + distance) * stride + at)
          backend.kernels.add(left, right, into: left, count: range.count)
        }
        distance *= 2
      }
      if accumulates {
        backend.kernels.add(base + at, vectors + at, into: base + at, count: range.count)
      } else {
        (base + at).update(from: vectors + at, count: range.count)
      }
    }
  }

  /// db, or db += ...: see `ConvolutionKernels.convolveBackwardBias`.
  public func writeConvolutionBiasGradient(_ convolution: Convolution, dy: Tensor) {
    convolution.check(dy: dy.shape)
    precondition(
      shape.count == convolution.outputs, "a bias gradient \(shape) of \(convolution.outputs) output channels")
    let plane = convolution.batch * convolution.outputPlane
    backend.forEachRange(ofRows: convolution.outputs, columns: plane) { outputs in
      backend.kernels.convolveBackwardBias(
        convolution, dy: dy.base, into: base, outputs: outputs, accumulates: accumulates)
    }
    withExtendedLifetime((self, dy)) {}
  }
}
