/// A float32 tensor's name and shape, without its values.
public struct TensorSignature: Hashable, Sendable, Codable {
  public let name: String
  /// Outermost dimension first; `[]` is a single number.
  public let shape: [Int]

  public init(name: String, shape: [Int]) {
    self.name = name
    self.shape = shape
  }

  /// The number of values.
  public var count: Int { shape.reduce(1, *) }
}

/// A tensor to be saved: a name, a shape, and the memory that holds its values, row-major.
///
/// The memory is borrowed: it must stay valid and unchanged until the call it is given to returns.
public struct NamedTensor {
  public let name: String
  public let shape: [Int]
  public let memory: UnsafeBufferPointer<Float>

  /// `memory` holds as many values as `shape` has elements.
  public init(name: String, shape: [Int], memory: UnsafeBufferPointer<Float>) {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == memory.count,
      "tensor '\(name)' of shape \(shape) is given \(memory.count) values")
    self.name = name
    self.shape = shape
    self.memory = memory
  }

  public var signature: TensorSignature { TensorSignature(name: name, shape: shape) }
}

extension Sequence<NamedTensor> {
  /// In the order in which every file and digest takes them: by the UTF-8 bytes of their names.
  func sortedByName() -> [NamedTensor] {
    sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
