import KernelInterface

// Products of a few rows: a matrix times a vector, as in decoding. Each value of B is used once or a few times, so what
// counts is to read B in the order of memory, once, and not to copy it.

extension VectorKernels {
  /// Up to this many rows of C are gathered while rows of B stream by; with more, tiles are faster.
  private static let streamedRows = 2

  func isForFewRows(_ product: MatrixProduct) -> Bool {
    !product.bPacked && product.accumulation != .addingSum && product.m > 0 && product.n > 0
      && (product.bTransposed ? product.m == 1 : product.m <= Self.streamedRows)
  }

  func multiplyFewRows(_ product: MatrixProduct) {
    if product.bTransposed {
      multiplyByColumns(product)
    } else {
      multiplyByRows(product)
    }
    if !product.epilogue.isEmpty {
      finish(product, row: 0, rows: product.m, column: 0, columns: product.n)
    }
  }

  // MARK: - B as it is: rows of B

  /// Adds multiples of the rows of B to the rows of C, eight rows of B at a time: as many streams as the processor reads
  /// ahead of by itself, and C is read and written once for eight. The columns are cut so that C stays in a first-level
  /// cache.
  private func multiplyByRows(_ product: MatrixProduct) {
    let width = 4_096
    var column = 0
    while column < product.n {
      let part = product.columns(column..<min(column + width, product.n))
      beginRows(part)
      let whole = product.k / 8 * 8
      for k in stride(from: 0, to: whole, by: 8) { addRows(part, k) }
      for k in whole..<product.k { addRow(part, k) }
      column += width
    }
  }

  private func beginRows(_ product: MatrixProduct) {
    if product.accumulation == .continuingChain { return }
    for row in 0..<product.m {
      let c = product.c + row * product.cStride
      forEachVector(product.n) { c.store(product.bias?.vector($0) ?? .zero, $0) }
    }
  }

  /// C += the products of eight columns of op(A) with as many rows of B.
  @inline(never)
  private func addRows(_ product: MatrixProduct, _ k: Int) {
    let (rowStride, stride) = product.aTransposed ? (1, product.aStride) : (product.aStride, 1)
    for row in 0..<product.m {
      // The next row finds B in a near cache.
      let a = product.a + row * rowStride + k * stride
      let b = product.b + k * product.bStride
      let c = product.c + row * product.cStride
      let factors = (
        Vector(repeating: a[0]), Vector(repeating: a[stride]), Vector(repeating: a[2 * stride]),
        Vector(repeating: a[3 * stride]), Vector(repeating: a[4 * stride]), Vector(repeating: a[5 * stride]),
        Vector(repeating: a[6 * stride]), Vector(repeating: a[7 * stride])
      )
      forEachVector(product.n) { lanes in
        var sums = c.vector(lanes)
        sums = sums.adding(factors.0, times: b.vector(lanes))
        sums = sums.adding(factors.1, times: (b + product.bStride).vector(lanes))
        sums = sums.adding(factors.2, times: (b + 2 * product.bStride).vector(lanes))
        sums = sums.adding(factors.3, times: (b + 3 * product.bStride).vector(lanes))
        sums = sums.adding(factors.4, times: (b + 4 * product.bStride).vector(lanes))
        sums = sums.adding(factors.5, times: (b + 5 * product.bStride).vector(lanes))
        sums = sums.adding(factors.6, times: (b + 6 * product.bStride).vector(lanes))
        sums = sums.adding(factors.7, times: (b + 7 * product.bStride).vector(lanes))
        c.store(sums, lanes)
      }
    }
  }

  private func addRow(_ product: MatrixProduct, _ k: Int) {
    let (rowStride, stride) = product.aTransposed ? (1, product.aStride) : (product.aStride, 1)
    for row in 0..<product.m {
      let a = Vector(repeating: product.a[row * rowStride + k * stride])
      let c = product.c + row * product.cStride
      let b = product.b + k * product.bStride
      forEachVector(product.n) { c.store(c.vector($0).adding(a, times: b.vector($0)), $0) }
    }
  }

  // MARK: - B transposed: a row of B is a column of op(B)

  /// One row of C, 8 elements at once, each a lane of its own. Squares of B are turned in registers. Eight rows of B are as
  /// many streams as the processor follows; 32 at once read a third as fast.
  private func multiplyByColumns(_ product: MatrixProduct) {
    // A column of A is gathered by its stride; a row of it has stride 1.
    let stride = product.aTransposed ? product.aStride : 1
    let whole = product.k / 8 * 8
    beginRows(product)
    let columns = product.n / 8 * 8
    for column in Swift.stride(from: 0, to: columns, by: 8) {
      addEightColumns(product.columns(column..<column + 8), stride, whole)
    }
    if columns < product.n { addLastColumns(product.columns(columns..<product.n), stride, whole) }
    guard whole < product.k else { return }
    for c in 0..<product.n {
      for k in whole..<product.k { product.c[c].addProduct(product.a[k * stride], product.b[c * product.bStride + k]) }
    }
  }

  @inline(never)
  private func addEightColumns(_ product: MatrixProduct, _ stride: Int, _ depth: Int) {
    var sums = readHalf(product.c)
    let rows = product.bStride
    // A cache line of a row at a time, which is two squares; the same one of the sixteenth row on is asked for.
    var (a, b, left) = (product.a, product.b, depth)
    while left >= 16 {
      let ahead = b + 16 * rows
      prefetch(ahead)
      prefetch(ahead + rows)
      prefetch(ahead + 2 * rows)
      prefetch(ahead + 3 * rows)
      prefetch(ahead + 4 * rows)
      prefetch(ahead + 5 * rows)
      prefetch(ahead + 6 * rows)
      prefetch(ahead + 7 * rows)
      sums = adding(sums, a, stride, turned(b, rows))
      sums = adding(sums, a + 8 * stride, stride, turned(b + 8, rows))
      a += 16 * stride
      b += 16
      left -= 16
    }
    if left > 0 { sums = adding(sums, a, stride, turned(b, rows)) }
    writeHalf(sums, to: product.c)
  }

  /// Fewer than 8 columns.
  private func addLastColumns(_ product: MatrixProduct, _ stride: Int, _ depth: Int) {
    let lanes = (0, product.n)
    var sums = product.c.vector(lanes).lowHalf
    for k in Swift.stride(from: 0, to: depth, by: 8) {
      sums = adding(sums, product.a + k * stride, stride, turned(product.b + k, product.bStride, product.n))
    }
    product.c.store(Vector(lowHalf: sums, highHalf: .zero), lanes)
  }

  /// sums + a[0] b.0 + a[stride] b.1 + ..., one after the other, fused.
  @inline(__always)
  private func adding(_ sums: Half, _ a: UnsafePointer<Float>, _ stride: Int, _ b: Square) -> Half {
    var sums = sums.addingProduct(Half(repeating: a[0]), b.0)
    sums = sums.addingProduct(Half(repeating: a[stride]), b.1)
    sums = sums.addingProduct(Half(repeating: a[2 * stride]), b.2)
    sums = sums.addingProduct(Half(repeating: a[3 * stride]), b.3)
    sums = sums.addingProduct(Half(repeating: a[4 * stride]), b.4)
    sums = sums.addingProduct(Half(repeating: a[5 * stride]), b.5)
    sums = sums.addingProduct(Half(repeating: a[6 * stride]), b.6)
    return sums.addingProduct(Half(repeating: a[7 * stride]), b.7)
  }
}
