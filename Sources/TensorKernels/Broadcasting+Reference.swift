import KernelInterface

extension ReferenceKernels {
  public func combine(
    _ operation: BinaryOperation, _ a: StridedMatrix, _ b: StridedMatrix, into y: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int, accumulates: Bool
  ) {
    for r in 0..<rows {
      for c in 0..<columns {
        let left = a.base[r * a.rowStride + c * a.columnStride]
        let right = b.base[r * b.rowStride + c * b.columnStride]
        let at = r * columns + c
        if accumulates && operation == .multiply {
          y[at] = y[at].addingProduct(left, right)
        } else {
          let value = value(operation, left, right)
          y[at] = accumulates ? y[at] + value : value
        }
      }
    }
  }
}

private func value(_ operation: BinaryOperation, _ a: Float, _ b: Float) -> Float {
  switch operation {
  case .add: a + b
  case .subtract: a - b
  case .multiply: a * b
  case .divide: a / b
  case .maximum: b.isNaN || b > a ? b : a
  case .minimum: b.isNaN || b < a ? b : a
  case .equal: a == b ? 1 : 0
  }
}
