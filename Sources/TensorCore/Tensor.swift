import KernelInterface

/// A block of Float32 values with a shape, row-major and contiguous. A value: no operation changes its operands.
public struct Tensor: Sendable {
  public let shape: Shape
  public let backend: Backend
  let storage: Storage
  let offset: Int

  init(shape: Shape, backend: Backend, storage: Storage, offset: Int) {
    precondition(offset + shape.count <= storage.capacity, "shape \(shape) does not fit its storage")
    self.shape = shape
    self.backend = backend
    self.storage = storage
    self.offset = offset
  }

  public var count: Int { shape.count }

  /// The values' address; valid while the tensor is. Kernel calls inside this module keep it alive around them.
  var base: UnsafePointer<Float> { UnsafePointer(storage.base + offset) }
}

// MARK: - Making tensors

extension Tensor {
  /// A tensor whose values `write` fills in: it gets the memory, of undefined content, and writes all of it.
  public init(
    _ shape: Shape, on backend: Backend, writtenBy write: (TensorDestination) -> Void
  ) {
    self.init(shape: shape, backend: backend, storage: backend.pool.allocate(shape.count), offset: 0)
    write(TensorDestination(shape: shape, backend: backend, storage: storage, offset: 0, accumulation: .replacing))
  }

  /// - Parameter values: as many as the shape has elements, row-major.
  public init(_ values: [Float], _ shape: Shape, on backend: Backend) {
    precondition(values.count == shape.count, "\(values.count) values for shape \(shape)")
    self.init(shape, on: backend) { destination in
      destination.withMutableValues { memory in _ = memory.update(fromContentsOf: values) }
    }
  }

  public init(filledWith value: Float, _ shape: Shape, on backend: Backend) {
    self.init(shape, on: backend) { $0.fill(with: value) }
  }
}

// MARK: - Reading values

extension Tensor {
  public func withValues<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeBufferPointer(start: base, count: count))
  }

  /// A copy of the values, row-major.
  public var values: [Float] { withValues { Array($0) } }

  /// The value of a tensor of one element.
  public var scalar: Float {
    precondition(count == 1, "shape \(shape) is not one value")
    return withValues { $0[0] }
  }

  /// The same values under another shape of as many elements; nothing is copied.
  public func reshaped(to newShape: Shape) -> Tensor {
    precondition(newShape.count == count, "shape \(shape) cannot become \(newShape): the counts differ")
    return Tensor(shape: newShape, backend: backend, storage: storage, offset: offset)
  }

  /// [batch, ...] as [batch, everything else].
  public func flattenedRows() -> Tensor {
    let batch = shape.dimensions.first ?? 1
    return reshaped(to: [batch, batch == 0 ? 0 : count / batch])
  }
}
