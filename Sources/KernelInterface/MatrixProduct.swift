/// C[m, n] = op(A)[m, k] op(B)[k, n] on row-major memory.
public struct MatrixProduct {
  public var m, n, k: Int
  /// A as stored: [m, k], or [k, m] where `aTransposed`; `aStride` floats from one stored row to the next.
  public var a: UnsafePointer<Float>
  public var aStride: Int
  public var aTransposed: Bool
  /// B as stored: [k, n], or [n, k] where `bTransposed`.
  public var b: UnsafePointer<Float>
  public var bStride: Int
  public var bTransposed: Bool
  public var c: UnsafeMutablePointer<Float>
  public var cStride: Int
  /// Begin each element's sum at its old value instead of the bias or zero.
  public var accumulates: Bool
  /// n values, one a column; not with `accumulates`.
  public var bias: UnsafePointer<Float>?

  public init(
    m: Int, n: Int, k: Int,
    a: UnsafePointer<Float>, aStride: Int, aTransposed: Bool = false,
    b: UnsafePointer<Float>, bStride: Int, bTransposed: Bool = false,
    c: UnsafeMutablePointer<Float>, cStride: Int,
    accumulates: Bool = false, bias: UnsafePointer<Float>? = nil
  ) {
    self.m = m
    self.n = n
    self.k = k
    self.a = a
    self.aStride = aStride
    self.aTransposed = aTransposed
    self.b = b
    self.bStride = bStride
    self.bTransposed = bTransposed
    self.c = c
    self.cStride = cStride
    self.accumulates = accumulates
    self.bias = bias
  }
}
