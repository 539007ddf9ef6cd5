import KernelInterface

extension Pooling {
  /// Windows over images [batch, channels, height, width] or signals [batch, channels, length]; of those only the widths
  /// count. The stride is the window's size where none is given.
  public init(of x: Shape, window: Extent, stride: Extent? = nil, padding: Extent = 0) {
    let stride = stride ?? window
    let what = "pooling \(x) by windows \(window), stride \(stride), padding \(padding)"
    precondition(x.rank == 3 || x.rank == 4, "\(what): 3 or 4 dimensions wanted")
    precondition(stride.height > 0 && stride.width > 0 && window.height > 0 && window.width > 0, what)
    precondition(
      (0...window.height / 2).contains(padding.height) && (0...window.width / 2).contains(padding.width),
      "\(what): padding is at most half a window, so that no window lies outside")
    let width = WindowAxis(input: x[-1], size: window.width, stride: stride.width, padding: padding.width)
    let height =
      x.rank == 3
      ? WindowAxis(input: 1, size: 1)
      : WindowAxis(input: x[2], size: window.height, stride: stride.height, padding: padding.height)
    precondition(height.output > 0 && width.output > 0, "\(what): the window does not fit")
    self.init(planes: x[0] * x[1], height: height, width: width)
  }

  fileprivate func outputShape(of x: Shape) -> Shape {
    x.rank == 3 ? [x[0], x[1], width.output] : [x[0], x[1], height.output, width.output]
  }

  /// Stops where tensors are not of the sizes that this pooling was made for.
  fileprivate func check(x: Shape, dy: Shape? = nil) {
    precondition(
      x.count == planes * inputPlane, "\(x) in the place of \(planes) planes of \(height.input) x \(width.input)")
    precondition(
      dy.map { $0.count == planes * outputPlane } ?? true,
      "\(dy ?? []) in the place of \(planes) planes of \(height.output) x \(width.output)")
  }

  /// Calls `body` with the first plane, the pooling of each thread's planes, and workspace for it.
  fileprivate func forEachPart(
    on backend: Backend, _ body: (_ first: Int, _ part: Pooling, _ workspace: UnsafeMutableRawPointer) -> Void
  ) {
    backend.forEachRange(ofRows: planes, columns: max(inputPlane, outputPlane * height.size * width.size)) { range in
      var part = self
      part.planes = range.count
      let workspace = backend.pool.allocate((backend.kernels.poolingWorkspaceSize(part) + 3) / 4)
      withExtendedLifetime(workspace) { body(range.lowerBound, part, UnsafeMutableRawPointer(workspace.base)) }
    }
  }
}

extension Tensor {
  /// [batch, channels, ...] -> the value of each window: see `PoolingKernels.pool`.
  public func pooled(_ pooling: Pooling, _ rule: PoolingRule) -> Tensor {
    pooling.check(x: shape)
    return Tensor(pooling.outputShape(of: shape), on: backend) { y in
      pooling.forEachPart(on: backend) { first, part, workspace in
        backend.kernels.pool(
          part, rule, x: base + first * part.inputPlane, into: y.base + first * part.outputPlane, workspace: workspace)
      }
      withExtendedLifetime(self) {}
    }
  }

  /// [batch, channels, ...] -> [batch, channels]: the mean of each channel, its `sum` divided by the number of values.
  public func averageOfChannels() -> Tensor {
    precondition(shape.rank >= 2, "means of the channels of [batch, channels, ...], not \(shape)")
    let columns = channelSize
    return Tensor([shape[0], shape[1]], on: backend) { y in
      backend.forEachRange(ofRows: y.shape.count, columns: columns) { rows in
        backend.kernels.averageRows(
          base + rows.lowerBound * columns, into: y.base + rows.lowerBound, rows: rows.count, columns: columns)
      }
      withExtendedLifetime(self) {}
    }
  }

  /// Values of one channel of one image.
  fileprivate var channelSize: Int { shape.dimensions.dropFirst(2).reduce(1, *) }
}

extension TensorDestination {
  /// dx, or dx += ...: see `PoolingKernels.poolBackward`.
  public func writePoolingGradient(_ pooling: Pooling, _ rule: PoolingRule, x: Tensor, dy: Tensor) {
    precondition(x.shape == shape, "the gradient of \(x.shape) into \(shape)")
    pooling.check(x: shape, dy: dy.shape)
    pooling.forEachPart(on: backend) { first, part, workspace in
      backend.kernels.poolBackward(
        part, rule, x: x.base + first * part.inputPlane, dy: dy.base + first * part.outputPlane,
        into: base + first * part.inputPlane, accumulates: accumulates, workspace: workspace)
    }
    withExtendedLifetime((self, x, dy)) {}
  }

  /// dx = dy / values of a channel, or dx += ..., for every value of the channel: dy [batch, channels].
  public func writeAverageOfChannelsGradient(dy: Tensor) {
    precondition(dy.shape == [shape[0], shape[1]], "gradients \(dy.shape) of the channels' means of \(shape)")
    let columns = shape.dimensions.dropFirst(2).reduce(1, *)
    backend.forEachRange(ofRows: dy.count, columns: columns) { rows in
      backend.kernels.averageRowsBackward(
        dy: dy.base + rows.lowerBound, into: base + rows.lowerBound * columns, rows: rows.count, columns: columns,
        accumulates: accumulates)
    }
    withExtendedLifetime((self, dy)) {}
  }
}
