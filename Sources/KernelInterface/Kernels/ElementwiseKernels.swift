/// One result for each element. The rules of `Kernels` hold.
public protocol ElementwiseKernels: Sendable {
  func fill(_ y: UnsafeMutablePointer<Float>, count: Int, value: Float)
  /// y = a + b
  func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int)
  /// y = a * b
  func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int)
  /// y = factor * x
  func scale(
    _ x: UnsafePointer<Float>, by factor: Float, into y: UnsafeMutablePointer<Float>, count: Int)
  /// y = fma(factor, x, y)
  func addScaled(
    _ x: UnsafePointer<Float>, by factor: Float, to y: UnsafeMutablePointer<Float>, count: Int)
  /// y = a * b + y, elementwise and fused
  func addProduct(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int)
  /// y[r, c] = x[r, c] + row[c]
  func addRow(
    _ row: UnsafePointer<Float>, to x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int)
  /// y[r, c] = operation(a[r, c], b[r, c]), or y[r, c] += ..., which is fused for a product.
  func combine(
    _ operation: BinaryOperation, _ a: StridedMatrix, _ b: StridedMatrix, into y: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int, accumulates: Bool)

  /// y = function(x)
  func evaluate(
    _ function: ElementaryFunction, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int)
  /// y = x^exponent. Whole exponents up to 64 by repeated squaring, for x of either sign; others as exp(exponent log x),
  /// with an error that grows with |exponent log x|, NaN for x < 0.
  func power(
    _ x: UnsafePointer<Float>, _ exponent: Float, into y: UnsafeMutablePointer<Float>, count: Int)
}
