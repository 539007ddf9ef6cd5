/// Contiguous memory for one value of every parameter of a model: the parameters, their gradients, or an optimizer's state.
///
/// All arenas of a model have the same layout, so a range of one is the same range of all. An arena has reference
/// semantics: its tensors see what is written later. Whoever holds it writes it between uses: the backward pass writes
/// gradients, then the reduction sums them, then the optimizer writes parameters.
public final class Arena: Sendable {
  public let layout: ParameterLayout
  public let backend: Backend
  let storage: Storage

  /// An arena of zeros.
  public init(_ layout: ParameterLayout, on backend: Backend) {
    self.layout = layout
    self.backend = backend
    storage = backend.pool.allocate(layout.count)
    storage.base.update(repeating: 0, count: layout.count)
  }

  /// An arena in memory that is there already, such as a window that several processes see. Its values stay as they are.
  ///
  /// - Parameters:
  ///   - memory: `layout.count` floats from a multiple of 64 bytes on.
  ///   - owner: keeps the memory allocated as long as it lives.
  public init(
    _ layout: ParameterLayout, on backend: Backend, in memory: UnsafeMutablePointer<Float>, keeping owner: AnyObject
  ) {
    self.layout = layout
    self.backend = backend
    storage = Storage(base: memory, capacity: layout.count, keeping: owner)
  }

  public func fillWithZeros() { fillWithZeros(0..<count) }

  public func fillWithZeros(_ range: Range<Int>) {
    precondition(range.upperBound <= count, "range \(range) of an arena of \(count) values")
    (storage.base + range.lowerBound).update(repeating: 0, count: range.count)
  }

  /// The number of floats, padding included.
  public var count: Int { layout.count }

  public func withMutableValues<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableBufferPointer(start: storage.base, count: count))
  }

  /// The whole arena as a tensor [count].
  public var tensor: Tensor { Tensor(shape: [count], backend: backend, storage: storage, offset: 0) }

  /// What the optimizer updates, as a tensor: all but the running statistics.
  public var trained: Tensor {
    Tensor(shape: [layout.trainedRange.count], backend: backend, storage: storage, offset: 0)
  }

  /// The values of parameter `index`: a view, not a copy.
  public func tensor(_ index: Int) -> Tensor {
    let entry = layout.entries[index]
    return Tensor(shape: entry.shape, backend: backend, storage: storage, offset: entry.range.lowerBound)
  }

  /// Parameter `index` as memory to write.
  public func destination(_ index: Int, accumulates: Bool) -> TensorDestination {
    destination(index, accumulates ? .continuingChain : .replacing)
  }

  /// Adds every value of `other`, element by element.
  public func add(_ other: Arena) { add(other, range: 0..<count) }

  /// Adds the values of `other` in `range`.
  public func add(_ other: Arena, range: Range<Int>) {
    precondition(
      other.count == count && range.upperBound <= count,
      "range \(range) of arenas of \(other.count) and \(count) values")
    backend.forEachRange(of: range.count) { part in
      let at = range.lowerBound + part.lowerBound
      backend.kernels.add(storage.base + at, other.storage.base + at, into: storage.base + at, count: part.count)
    }
  }
}
