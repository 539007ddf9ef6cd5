import KernelInterface

extension VectorKernels {
  public func gatherRows(
    _ table: UnsafePointer<Float>, ids: UnsafePointer<Int32>, into y: UnsafeMutablePointer<Float>, count: Int,
    width: Int
  ) {
    for i in 0..<count {
      let (source, target) = (table + Int(ids[i]) * width, y + i * width)
      forEachVector(width) { target.store(source.vector($0), $0) }
    }
  }

  /// One pass over the table: the rows before the next id become zero, then the row of that id takes all its positions.
  public func scatterAddRows(_ scatter: RowScatter, columns: Range<Int>) {
    let (table, rows) = (scatter.table + columns.lowerBound, scatter.rows + columns.lowerBound)
    var untouched = 0
    var next = 0
    while next < scatter.count {
      let id = scatter.ids[Int(scatter.order[next])]
      if !scatter.accumulates { clearRows(table, scatter.width, untouched..<Int(id), columns.count) }
      untouched = Int(id) &+ 1
      let sum = table + Int(id) * scatter.width
      var continues = scatter.accumulates
      repeat {
        let row = rows + Int(scatter.order[next]) * scatter.width
        if continues {
          forEachVector(columns.count) { sum.store(sum.vector($0) + row.vector($0), $0) }
        } else {
          forEachVector(columns.count) { sum.store(Vector.zero + row.vector($0), $0) }
        }
        continues = true
        next &+= 1
      } while next < scatter.count && scatter.ids[Int(scatter.order[next])] == id
    }
    if !scatter.accumulates { clearRows(table, scatter.width, untouched..<scatter.tableRows, columns.count) }
  }
}

@inline(__always)
private func clearRows(_ table: UnsafeMutablePointer<Float>, _ width: Int, _ rows: Range<Int>, _ columns: Int) {
  for row in rows { forEachVector(columns) { (table + row * width).store(.zero, $0) } }
}
