/// C[m, n] = op(A)[m, k] op(B)[k, n] on row-major memory, and what becomes of C: see `MatrixProductEpilogue`.
public struct MatrixProduct {
  public var m, n, k: Int
  /// A as stored: [m, k], or [k, m] where `aTransposed`; `aStride` floats from one stored row to the next.
  public var a: UnsafePointer<Float>
  public var aStride: Int
  public var aTransposed: Bool
  /// B as stored: [k, n], or [n, k] where `bTransposed`; or what `MatrixProductKernels.packB` made of either, where
  /// `bPacked`.
  public var b: UnsafePointer<Float>
  public var bStride: Int
  public var bTransposed: Bool
  public var bPacked = false
  public var c: UnsafeMutablePointer<Float>
  public var cStride: Int
  /// With `addingSum`, k is at most the kernels' `longestAddedSum`, and there is no epilogue.
  public var accumulation: Accumulation
  /// n values, one a column, at which the sums begin instead of at zero; only where C is replaced.
  public var bias: UnsafePointer<Float>?
  public var epilogue = MatrixProductEpilogue()

  public init(
    m: Int, n: Int, k: Int,
    a: UnsafePointer<Float>, aStride: Int, aTransposed: Bool = false,
    b: UnsafePointer<Float>, bStride: Int, bTransposed: Bool = false,
    c: UnsafeMutablePointer<Float>, cStride: Int,
    accumulation: Accumulation = .replacing, bias: UnsafePointer<Float>? = nil
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
    self.accumulation = accumulation
    self.bias = bias
  }
}

/// What is done with each element of C once its sum is complete and still in a near cache:
///
///     C = sum + residual        Y = activation(C)
///
/// The bits are those of the same steps done one after the other.
public struct MatrixProductEpilogue {
  /// [m, n], `residualStride` floats from row to row; `nil` for none.
  public var residual: UnsafePointer<Float>?
  public var residualStride = 0
  public var activation = Activation.identity
  /// Where Y goes, in rows of `MatrixProduct.cStride`, so that C stays what it was before the activation: the backward
  /// pass needs it. `nil`: Y takes the place of C.
  public var activated: UnsafeMutablePointer<Float>?

  public init() {}

  /// Whether there is anything to do.
  public var isEmpty: Bool { residual == nil && activation == .identity && activated == nil }
}

extension MatrixProduct {
  /// The product restricted to some rows of C.
  public func rows(_ range: Range<Int>) -> MatrixProduct {
    var part = self
    part.m = range.count
    part.a += range.lowerBound * (aTransposed ? 1 : aStride)
    part.moveC(by: range.lowerBound * cStride, residualBy: range.lowerBound * epilogue.residualStride)
    return part
  }

  /// The product restricted to some columns of C. Packed B is cut at multiples of the kernels' `packedPanelColumns`.
  public func columns(_ range: Range<Int>) -> MatrixProduct {
    var part = self
    part.n = range.count
    part.b += range.lowerBound * (bPacked ? k : bTransposed ? bStride : 1)
    part.moveC(by: range.lowerBound, residualBy: range.lowerBound)
    part.bias = bias.map { $0 + range.lowerBound }
    return part
  }

  fileprivate mutating func moveC(by floats: Int, residualBy residualFloats: Int) {
    c += floats
    epilogue.activated = epilogue.activated.map { $0 + floats }
    epilogue.residual = epilogue.residual.map { $0 + residualFloats }
  }
}

/// `count` products of one shape, their operands at constant distances.
public struct MatrixProductBatch {
  public var first: MatrixProduct
  public var count: Int
  /// Floats from one matrix to the next; 0 where all products share it. The bias is shared, an epilogue's matrices lie as C.
  public var aStep, bStep, cStep: Int

  public init(first: MatrixProduct, count: Int, aStep: Int, bStep: Int, cStep: Int) {
    self.first = first
    self.count = count
    self.aStep = aStep
    self.bStep = bStep
    self.cStep = cStep
  }

  public subscript(index: Int) -> MatrixProduct {
    var product = first
    product.a += index * aStep
    product.b += index * bStep
    product.moveC(by: index * cStep, residualBy: index * cStep)
    return product
  }
}
