import KernelInterface

extension ReferenceKernels {
  public func gatherRows(
    _ table: UnsafePointer<Float>, ids: UnsafePointer<Int32>, into y: UnsafeMutablePointer<Float>, count: Int,
    width: Int
  ) {
    for i in 0..<count {
      for c in 0..<width { y[i * width + c] = table[Int(ids[i]) * width + c] }
    }
  }

  public func scatterAddRows(_ scatter: RowScatter, columns: Range<Int>) {
    let width = scatter.width
    if !scatter.accumulates {
      for row in 0..<scatter.tableRows {
        for c in columns { scatter.table[row * width + c] = 0 }
      }
    }
    for i in 0..<scatter.count {
      let position = Int(scatter.order[i])
      for c in columns { scatter.table[Int(scatter.ids[position]) * width + c] += scatter.rows[position * width + c] }
    }
  }
}
