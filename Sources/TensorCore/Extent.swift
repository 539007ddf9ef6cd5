/// A number for the height and one for the width. An integer literal stands for both.
public struct Extent: Hashable, Sendable, ExpressibleByIntegerLiteral {
  public var height: Int
  public var width: Int

  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  public init(_ both: Int) { self.init(height: both, width: both) }

  public init(integerLiteral both: Int) { self.init(both) }
}
