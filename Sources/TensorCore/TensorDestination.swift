import KernelInterface

/// Memory that an operation writes: a new tensor's, or a parameter's range of the gradient arena.
///
/// Operations can go on from what is there instead of replacing it; this is how a gradient lands in the arena without a
/// copy on its way. `write(_:)` and matrix products can add a whole result, too: how a lane's gradient lands in a sum.
public struct TensorDestination {
  public let shape: Shape
  public let backend: Backend
  public let accumulation: Accumulation
  let storage: Storage
  let offset: Int

  init(shape: Shape, backend: Backend, storage: Storage, offset: Int, accumulation: Accumulation) {
    self.shape = shape
    self.backend = backend
    self.storage = storage
    self.offset = offset
    self.accumulation = accumulation
  }

  /// Whether results go on from the old values, or write over them. Asked by operations that cannot do more.
  public var accumulates: Bool {
    precondition(accumulation != .addingSum, "an operation that cannot add its result whole to \(shape)")
    return accumulation == .continuingChain
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
      shape: newShape, backend: backend, storage: storage, offset: offset, accumulation: accumulation)
  }

  public func fill(with value: Float) {
    precondition(!accumulates, "filling replaces; this destination adds")
    backend.forEachRange(of: shape.count) { range in
      backend.kernels.fill(base + range.lowerBound, count: range.count, value: value)
    }
  }
}

extension Arena {
  /// Parameter `index` as memory to write.
  public func destination(_ index: Int, _ accumulation: Accumulation) -> TensorDestination {
    let entry = layout.entries[index]
    return TensorDestination(
      shape: entry.shape, backend: backend, storage: storage, offset: entry.range.lowerBound, accumulation: accumulation
    )
  }
}

extension Tensor {
  /// This tensor's own memory, to add to. For a tensor that nobody else looks at: a gradient that is being gathered.
  public var accumulatingDestination: TensorDestination {
    TensorDestination(shape: shape, backend: backend, storage: storage, offset: offset, accumulation: .continuingChain)
  }
}
