/// CSV rows of five numbers and a class of three, row by row in turn; the larger `spread` is, the more the classes overlap.
public func cloudsTable(rows: Int = 90, spread: Float = 0.5) -> String {
  let noise = seededValues(rows * 5, seed: 7, low: -spread, high: spread)
  return (0..<rows).map { row in
    let label = row % 3
    let cells = (0..<5).map { column in noise[row * 5 + column] + (column == label ? 1 : 0) }
    return cells.map { "\($0)" }.joined(separator: ",") + ",\(label)\n"
  }.joined()
}
