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

  /// Adds multiples of the rows of B to the rows of C, four rows of B at a time. The columns are cut so that C stays in
  /// a first-level cache.
  private func multiplyByRows(_ product: MatrixProduct) {
    let width = 4_096
    var column = 0
    while column < product.n {
      let part = product.columns(column..<min(column + width, product.n))
      beginRows(part)
      var k = 0
      while k + 4 <= product.k {
        addRows(part, k)
        k += 4
      }
      while k < product.k {
        addRow(part, k)
        k += 1
      }
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

  /// C += the products of four columns of op(A) with as many rows of B.
  @inline(never)
  private func addRows(_ product: MatrixProduct, _ k: Int) {
    let (rowStride, stride) = product.aTransposed ? (1, product.aStride) : (product.aStride, 1)
    let a = product.a + k * stride
    let b = product.b + k * product.bStride
    forEachVector(product.n) { lanes in
      // The same place in the next four rows: by its turn it is in the second-level cache.
      let ahead = b + 4 * product.bStride + lanes.first
      prefetch(ahead)
      prefetch(ahead + product.bStride)
      prefetch(ahead + 2 * product.bStride)
      prefetch(ahead + 3 * product.bStride)
      let b0 = b.vector(lanes)
      let b1 = (b + product.bStride).vector(lanes)
      let b2 = (b + 2 * product.bStride).vector(lanes)
      let b3 = (b + 3 * product.bStride).vector(lanes)
      for row in 0..<product.m {
        let c = product.c + row * product.cStride
        let a = a + row * rowStride
        var sums = c.vector(lanes)
        sums = sums.adding(Vector(repeating: a[0]), times: b0)
        sums = sums.adding(Vector(repeating: a[stride]), times: b1)
        sums = sums.adding(Vector(repeating: a[2 * stride]), times: b2)
        sums = sums.adding(Vector(repeating: a[3 * stride]), times: b3)
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

  /// One row of C: 32 elements at once, then 8, each a lane of its own. Squares of B are turned in registers.
  private func multiplyByColumns(_ product: MatrixProduct) {
    // A column of A is gathered by its stride; a row of it has stride 1.
    let stride = product.aTransposed ? product.aStride : 1
    let whole = product.k / 8 * 8
    var column = 0
    while column < product.n {
      let count = min(32, product.n - column)
      let part = product.columns(column..<column + count)
      beginRows(part)
      if count == 32 {
        addColumns32(part, stride, whole)
      } else {
        var group = 0
        while group < count {
          addColumns8(part.columns(group..<min(group + 8, count)), stride, whole)
          group += 8
        }
      }
      for c in 0..<count {
        for k in whole..<product.k { part.c[c].addProduct(part.a[k * stride], part.b[c * part.bStride + k]) }
      }
      column += 32
    }
  }

  @inline(never)
  private func addColumns32(_ product: MatrixProduct, _ stride: Int, _ depth: Int) {
    let c = product.c
    var sums = (readHalf(c), readHalf(c + 8), readHalf(c + 16), readHalf(c + 24))
    // A cache line of a row at a time, which is two squares: rows far apart may push each other out of the cache.
    var k = 0
    while k < depth {
      let a = product.a + k * stride
      let b = product.b + k
      let steps = min(16, depth - k)
      sums.0 = adding(sums.0, a, stride, b, product.bStride, steps)
      sums.1 = adding(sums.1, a, stride, b + 8 * product.bStride, product.bStride, steps)
      sums.2 = adding(sums.2, a, stride, b + 16 * product.bStride, product.bStride, steps)
      sums.3 = adding(sums.3, a, stride, b + 24 * product.bStride, product.bStride, steps)
      k += 16
    }
    writeHalf(sums.0, to: c)
    writeHalf(sums.1, to: c + 8)
    writeHalf(sums.2, to: c + 16)
    writeHalf(sums.3, to: c + 24)
  }

  /// At most 8 columns.
  private func addColumns8(_ product: MatrixProduct, _ stride: Int, _ depth: Int) {
    let lanes = (0, product.n)
    var sums = product.c.vector(lanes).lowHalf
    var k = 0
    while k < depth {
      sums = adding(sums, product.a + k * stride, stride, turned(product.b + k, product.bStride, product.n))
      k += 8
    }
    product.c.store(Vector(lowHalf: sums, highHalf: .zero), lanes)
  }

  /// One square of B, or two.
  @inline(__always)
  private func adding(
    _ sums: Half, _ a: UnsafePointer<Float>, _ stride: Int, _ b: UnsafePointer<Float>, _ bStride: Int, _ steps: Int
  ) -> Half {
    let sums = adding(sums, a, stride, turned(b, bStride))
    return steps > 8 ? adding(sums, a + 8 * stride, stride, turned(b + 8, bStride)) : sums
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
