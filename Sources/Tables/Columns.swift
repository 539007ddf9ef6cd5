/// Rows of cells as lines of columns, two spaces apart, each as wide as its widest cell; no line ends in spaces.
///
/// - Parameter firstNumber: from this column on cells stand at the right end of their column, as numbers do.
public func aligned(_ rows: [[String]], firstNumber: Int = .max) -> String {
  let columnCount = rows.map(\.count).max() ?? 0
  let widths = (0..<columnCount).map { column in
    rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
  }
  return rows.map { row in
    let cells = row.indices.map { column in
      column >= firstNumber ? row[column].leftPadded(to: widths[column]) : row[column].padded(to: widths[column])
    }
    let line = cells.joined(separator: "  ")
    let end = line.lastIndex { $0 != " " }
    return end.map { String(line[...$0]) } ?? ""
  }.joined(separator: "\n")
}

extension String {
  public func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

  public func leftPadded(to width: Int, with fill: Character = " ") -> String {
    String(repeating: fill, count: max(0, width - count)) + self
  }
}
