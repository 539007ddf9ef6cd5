/// table[ids[p], :] += rows[p, :] for every position p of `order`; what embedding does to gradients.
///
/// The other rows of the table stay as they are where `accumulates`, else they become zero.
public struct RowScatter {
  /// [tableRows, width]
  public var table: UnsafeMutablePointer<Float>
  public var tableRows: Int
  /// [positions, width]
  public var rows: UnsafePointer<Float>
  public var width: Int
  /// For each position its row of the table, in 0 ..< tableRows.
  public var ids: UnsafePointer<Int32>
  /// `count` positions, by ascending id, those of one id ascending. A position that is left out counts for nothing.
  public var order: UnsafePointer<Int32>
  public var count: Int
  /// Begin each sum at the table's old value instead of zero.
  public var accumulates: Bool

  public init(
    table: UnsafeMutablePointer<Float>, tableRows: Int, rows: UnsafePointer<Float>, width: Int,
    ids: UnsafePointer<Int32>, order: UnsafePointer<Int32>, count: Int, accumulates: Bool
  ) {
    self.table = table
    self.tableRows = tableRows
    self.rows = rows
    self.width = width
    self.ids = ids
    self.order = order
    self.count = count
    self.accumulates = accumulates
  }
}
