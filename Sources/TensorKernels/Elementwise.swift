import KernelInterface

extension VectorKernels {
  public func fill(_ y: UnsafeMutablePointer<Float>, count: Int, value: Float) {
    forEachVector(count) { y.store(Vector(repeating: value), $0) }
  }

  public func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    forEachVector(count) { y.store(a.vector($0) + b.vector($0), $0) }
  }

  public func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    forEachVector(count) { y.store(a.vector($0) * b.vector($0), $0) }
  }

  public func scale(
    _ x: UnsafePointer<Float>, by factor: Float, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    forEachVector(count) { y.store(Vector(repeating: factor) * x.vector($0), $0) }
  }

  public func addScaled(
    _ x: UnsafePointer<Float>, by factor: Float, to y: UnsafeMutablePointer<Float>, count: Int
  ) {
    forEachVector(count) { y.store(y.vector($0).adding(Vector(repeating: factor), times: x.vector($0)), $0) }
  }

  public func addProduct(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int
  ) {
    forEachVector(count) { y.store(y.vector($0).adding(a.vector($0), times: b.vector($0)), $0) }
  }

  public func addRow(
    _ row: UnsafePointer<Float>, to x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) {
    for r in 0..<rows {
      add(x + r * columns, row, into: y + r * columns, count: columns)
    }
  }
}
