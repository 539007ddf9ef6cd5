/// One result for each element. The rules of `Kernels` hold.
public protocol ElementwiseKernels: Sendable {
  func fill(_ y: UnsafeMutablePointer<Float>, count: Int, value: Float)
  /// y = a + b
  func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int)
  /// y = a - b
  func subtract(
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

  /// y = function(x)
  func evaluate(
    _ function: ElementaryFunction, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int)
}
