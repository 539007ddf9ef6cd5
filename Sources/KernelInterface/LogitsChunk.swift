/// Some neighbouring columns of the logits [rows, classes]: as much of them as exists at a time.
public struct LogitsChunk {
  /// Chunks begin at multiples of this many classes.
  public static let granularity = 512

  /// [rows, columns], `stride` floats from one row to the next.
  public var logits: UnsafePointer<Float>
  public var stride: Int
  public var rows: Int
  public var columns: Int
  /// The class of column 0, a multiple of `granularity`.
  public var firstClass: Int
  /// One a row, in 0 ..< classes.
  public var labels: UnsafePointer<Int32>

  public init(
    logits: UnsafePointer<Float>, stride: Int, rows: Int, columns: Int, firstClass: Int, labels: UnsafePointer<Int32>
  ) {
    self.logits = logits
    self.stride = stride
    self.rows = rows
    self.columns = columns
    self.firstClass = firstClass
    self.labels = labels
  }

  /// Some of the rows.
  public func rows(_ range: Range<Int>) -> LogitsChunk {
    var part = self
    part.logits += range.lowerBound * stride
    part.rows = range.count
    part.labels += range.lowerBound
    return part
  }
}

/// What is known of the softmax of some rows after some chunks of their logits.
///
/// Class j belongs to lane j % 16. Of each row are kept, for each lane, the greatest logit and the sum of exp(logit -
/// greatest); then the logit of the label, and in the end the greatest logit of all lanes and the sum that belongs to
/// it.
public struct SoftmaxStatistics {
  /// Floats for each row.
  public static let width = 2 * 16 + 3

  public var base: UnsafeMutablePointer<Float>

  public init(_ base: UnsafeMutablePointer<Float>) { self.base = base }

  public func rows(from first: Int) -> SoftmaxStatistics { SoftmaxStatistics(base + first * Self.width) }

  public func laneMaxima(_ row: Int) -> UnsafeMutablePointer<Float> { base + row * Self.width }
  public func laneSums(_ row: Int) -> UnsafeMutablePointer<Float> { base + row * Self.width + 16 }
  public func labelLogit(_ row: Int) -> UnsafeMutablePointer<Float> { base + row * Self.width + 32 }
  public func maximum(_ row: Int) -> UnsafeMutablePointer<Float> { base + row * Self.width + 33 }
  public func sum(_ row: Int) -> UnsafeMutablePointer<Float> { base + row * Self.width + 34 }
}
