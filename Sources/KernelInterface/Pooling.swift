/// The geometry of a pooling: windows slide over each of `planes` planes [height, width], one for every channel of every
/// image.
public struct Pooling: Hashable, Sendable {
  public var planes: Int
  public var height: WindowAxis
  public var width: WindowAxis

  public init(planes: Int, height: WindowAxis, width: WindowAxis) {
    self.planes = planes
    self.height = height
    self.width = width
  }

  /// Values of one plane of x and of y.
  public var inputPlane: Int { height.input * width.input }
  public var outputPlane: Int { height.output * width.output }
}

/// What a window's values become.
public enum PoolingRule: Hashable, Sendable {
  /// The greatest; the first of equals in the order of rows and columns. A NaN counts as the greatest, the last of several.
  /// Padding never wins.
  case maximum
  /// The sum, divided by the values of the window or, where padding is not counted, by those inside the plane.
  case average(countsPadding: Bool)
}
