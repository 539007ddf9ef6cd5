import KernelInterface

extension ReferenceKernels {
  public func fill(_ y: UnsafeMutablePointer<Float>, count: Int, value: Float) {
    for i in 0..<count { y[i] = value }
  }

  public func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { y[i] = a[i] + b[i] }
  }

  public func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { y[i] = a[i] * b[i] }
  }

  public func scale(
    _ x: UnsafePointer<Float>, by factor: Float, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { y[i] = factor * x[i] }
  }

  public func addScaled(
    _ x: UnsafePointer<Float>, by factor: Float, to y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { y[i] = y[i].addingProduct(factor, x[i]) }
  }

  public func addProduct(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { y[i] = y[i].addingProduct(a[i], b[i]) }
  }

  public func addRow(
    _ row: UnsafePointer<Float>, to x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) {
    for r in 0..<rows {
      for c in 0..<columns { y[r * columns + c] = x[r * columns + c] + row[c] }
    }
  }
}
