/// The extent of each dimension of a tensor, outermost first. A scalar has none.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  public let dimensions: [Int]
  /// The number of elements: the product of the dimensions.
  public let count: Int

  public init(_ dimensions: [Int]) {
    precondition(dimensions.allSatisfy { $0 >= 0 }, "a shape has no negative dimension: \(dimensions)")
    self.dimensions = dimensions
    count = dimensions.reduce(1, *)
  }

  public init(arrayLiteral dimensions: Int...) { self.init(dimensions) }

  public static let scalar = Shape([])

  public var rank: Int { dimensions.count }

  /// Dimension `index`; negative indices count from the end, so `shape[-1]` is the innermost.
  public subscript(index: Int) -> Int { dimensions[index < 0 ? dimensions.count + index : index] }

  /// The innermost dimension; 1 for a scalar.
  public var columns: Int { dimensions.last ?? 1 }

  /// The number of rows when every dimension but the innermost is folded into one.
  public var rows: Int { dimensions.dropLast().reduce(1, *) }

  public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }
}
