/// LayerNorm or RMSNorm over each row of a matrix [rows, width].
public struct RowNormalization {
  public enum Kind: Sendable {
    /// Ba, Kiros and Hinton 2016: mean = sum x / width, deviation = sqrt(sum (x - mean)^2 / width + epsilon)
    case layerNorm
    /// Zhang and Sennrich 2019: mean = 0, deviation = sqrt(sum x^2 / width + epsilon)
    case rmsNorm
  }

  public var kind: Kind
  public var rows: Int
  public var width: Int
  /// width factors, one a column.
  public var scale: UnsafePointer<Float>
  /// [rows, 2]: mean and 1 / deviation of each row. Forward writes them, backward reads them.
  public var statistics: UnsafeMutablePointer<Float>

  public init(
    _ kind: Kind, rows: Int, width: Int, scale: UnsafePointer<Float>, statistics: UnsafeMutablePointer<Float>
  ) {
    self.kind = kind
    self.rows = rows
    self.width = width
    self.scale = scale
    self.statistics = statistics
  }
}

/// y = (x - mean) factor + shift with `count` coefficients of each kind.
///
/// Plane p takes coefficient p % count: with [batch, channels, height, width] one a channel (count = channels) or one a
/// plane (count = batch * channels). Column c takes coefficient c.
public struct ChannelTransform {
  public var count: Int
  public var mean: UnsafePointer<Float>
  public var factor: UnsafePointer<Float>
  public var shift: UnsafePointer<Float>

  public init(
    count: Int, mean: UnsafePointer<Float>, factor: UnsafePointer<Float>, shift: UnsafePointer<Float>
  ) {
    self.count = count
    self.mean = mean
    self.factor = factor
    self.shift = shift
  }
}

/// dx = gradientFactor dy + inputFactor (x - mean) + offset, with coefficients as in `ChannelTransform`: what the
/// backward pass of every normalisation over channels comes to, once its sums are known.
public struct ChannelGradient {
  public var count: Int
  public var mean: UnsafePointer<Float>
  public var gradientFactor: UnsafePointer<Float>
  public var inputFactor: UnsafePointer<Float>
  public var offset: UnsafePointer<Float>

  public init(
    count: Int, mean: UnsafePointer<Float>, gradientFactor: UnsafePointer<Float>, inputFactor: UnsafePointer<Float>,
    offset: UnsafePointer<Float>
  ) {
    self.count = count
    self.mean = mean
    self.gradientFactor = gradientFactor
    self.inputFactor = inputFactor
    self.offset = offset
  }
}
