import KernelInterface

/// Memory that an operation writes: a new tensor's, or a parameter's range of the gradient arena.
///
/// Operations that can add to what is there instead of replacing it do so where `accumulates` is set; this is how a
/// gradient lands in the arena without a copy on its way.
public struct TensorDestination {
  public let shape: Shape
  public let backend: Backend
  /// Whether results are added to the old values. The others write over them.
  public let accumulates: Bool
  let storage: Storage
  let offset: Int

  init(shape: Shape, backend: Backend, storage: Storage, offset: Int, accumulates: Bool) {
    self.shape = shape
    self.backend = backend
    self.storage = storage
    self.offset = offset
    self.accumulates = accumulates
  }

  var base: UnsafeMutablePointer<Float> { storage.base + offset }

  public func withMutableValues<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableBufferPointer(start: base, count: shape.count))
  }

  /// The same memory under another shape of as many elements.
  public func reshaped(to newShape: Shape) -> TensorDestination {
    precondition(newShape.count == shape.count, "shape \(shape) cannot become \(newShape): the counts differ")
    return TensorDestination(
      shape: newShape, backend: backend, storage: storage, offset: offset, accumulates: accumulates)
  }

  public func fill(with value: Float) {
    precondition(!accumulates, "filling replaces; this destination adds")
    backend.forEachRange(of: shape.count) { range in
      backend.kernels.fill(base + range.lowerBound, count: range.count, value: value)
    }
  }
}

extension Tensor {
  /// This tensor's own memory, to add to. For a tensor that nobody else looks at: a gradient that is being gathered.
  public var accumulatingDestination: TensorDestination {
    TensorDestination(shape: shape, backend: backend, storage: storage, offset: offset, accumulates: true)
  }
}
