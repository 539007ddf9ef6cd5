import KernelInterface

extension VectorKernels {
  /// The epilogue for a part of C whose sums are complete: `c` is `row`, `column` of `product.c`.
  ///
  /// Called tile by tile, so C is read from the nearest cache. It is the elementwise kernels that run: their bits.
  @inline(never)
  func finish(_ product: MatrixProduct, row: Int, rows: Int, column: Int, columns: Int) {
    let epilogue = product.epilogue
    for r in row..<row + rows {
      let at = r * product.cStride + column
      let c = product.c + at
      if let residual = epilogue.residual {
        add(c, residual + r * epilogue.residualStride + column, into: c, count: columns)
      }
      let y = epilogue.activated.map { $0 + at } ?? c
      if y != c || epilogue.activation != .identity { activate(epilogue.activation, c, into: y, count: columns) }
    }
  }

  public func activateBackward(
    _ activation: Activation, x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int,
    accumulates: Bool
  ) {
    if !accumulates { fill(sums, count: columns, value: 0) }
    // A row at a time: it and the sums, of all columns, are still in a near cache when they are added.
    for r in 0..<rows {
      let at = r * stride
      activateBackward(
        activation, x: x + at, y: y + at, dy: dy + at, into: dx + at, count: columns, accumulates: false)
      add(sums, dx + at, into: sums, count: columns)
    }
  }
}
