import KernelInterface

func probeBroadcasting(_ kernels: any Kernels, _ digest: inout Digest) {
  let (rows, columns) = (17, 59)
  let (a, b) = (made(30, rows * columns), made(31, rows * columns))
  var y = made(32, rows * columns)
  for operation in BinaryOperation.allCases {
    for (rowStride, columnStride) in [(columns, 1), (0, 1), (1, 0)] {
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          kernels.combine(
            operation, StridedMatrix(base: a.baseAddress!, rowStride: columns, columnStride: 1),
            StridedMatrix(base: b.baseAddress!, rowStride: rowStride, columnStride: columnStride), into: &y,
            rows: rows, columns: columns, accumulates: columnStride == 0)
        }
      }
      digest.add(y)
    }
  }
  for exponent in [3, -2, 0.7] as [Float] {
    kernels.power(a.map(\.magnitude), exponent, into: &y, count: y.count)
    digest.add(y)
  }
  kernels.rowSums(a, into: &y, rows: rows, columns: columns, accumulates: true)
  kernels.rowMaxima(b, into: &y, rows: rows - 1, columns: columns)
  digest.add(y)
  kernels.columnMaxima(a, rowStride: columns, into: &y, rows: rows, columns: columns)
  digest.add(y)
}
