import KernelInterface

extension Tensor {
  /// activation(op(A) op(B) + bias + residual), where op transposes if asked: [m, k] [k, n] -> [m, n], or matrix by matrix
  /// [batch, m, k] [batch, k, n] -> [batch, m, n].
  ///
  /// Every element is one chain of fused multiply-adds over k ascending that begins at the bias [n] or zero. The residual
  /// [m, n] and the activation come after it, in the same pass, with the bits of steps one after the other.
  public static func matrixProduct(
    _ a: Tensor, _ b: Tensor, transposingA: Bool = false, transposingB: Bool = false, bias: Tensor? = nil,
    residual: Tensor? = nil, activation: Activation = .identity
  ) -> Tensor {
    matrixProduct(
      a, RightOperand(b, transposing: transposingB), transposingA: transposingA, bias: bias, residual: residual,
      activation: activation)
  }

  /// As above, with B packed before or not.
  public static func matrixProduct(
    _ a: Tensor, _ b: RightOperand, transposingA: Bool = false, bias: Tensor? = nil, residual: Tensor? = nil,
    activation: Activation = .identity
  ) -> Tensor {
    Tensor(productShape(a, b, transposingA), on: a.backend) { c in
      c.write(a, b, transposingA, bias, residual: residual, activation: activation)
    }
  }

  /// A B + bias, and its activation, from one pass: what a backward pass needs.
  public static func activatedMatrixProduct(
    _ a: Tensor, _ b: RightOperand, bias: Tensor?, activation: Activation
  ) -> (sums: Tensor, activated: Tensor) {
    let shape = productShape(a, b, false)
    var sums: Tensor?
    let activated = Tensor(shape, on: a.backend) { y in
      sums = Tensor(shape, on: a.backend) { c in c.write(a, b, false, bias, activation: activation, activated: y) }
    }
    guard let sums else { preconditionFailure("a tensor's memory is always written") }
    return (sums, activated)
  }

  private static func productShape(_ a: Tensor, _ b: RightOperand, _ transposingA: Bool) -> Shape {
    precondition(a.shape.rank >= 2, "a matrix is wanted, not shape \(a.shape)")
    return Shape(a.shape.dimensions.dropLast(2) + [transposingA ? a.shape[-1] : a.shape[-2], b.n])
  }
}

extension TensorDestination {
  /// C = op(A) op(B) + bias, or C += op(A) op(B), the old value being where the chain begins or what it is added to, of a depth
  /// that `Backend.addsProducts` allows: see `Tensor.matrixProduct`.
  public func writeMatrixProduct(
    _ a: Tensor, _ b: Tensor, transposingA: Bool = false, transposingB: Bool = false, bias: Tensor? = nil
  ) {
    write(a, RightOperand(b, transposing: transposingB), transposingA, bias)
  }

  /// As above, with B packed before or not.
  public func writeMatrixProduct(
    _ a: Tensor, _ b: RightOperand, transposingA: Bool = false, bias: Tensor? = nil
  ) {
    write(a, b, transposingA, bias)
  }

  fileprivate func write(
    _ a: Tensor, _ b: RightOperand, _ transposingA: Bool, _ bias: Tensor?, residual: Tensor? = nil,
    activation: Activation = .identity, activated: TensorDestination? = nil
  ) {
    let rank = a.shape.rank
    precondition(
      (rank == 2 || rank == 3) && b.rank == rank && shape.rank == rank,
      "matrices wanted, or as many on either side: \(a.shape) x \(b.description) -> \(shape)")
    let (m, k) = transposingA ? (a.shape[-1], a.shape[-2]) : (a.shape[-2], a.shape[-1])
    let count = rank == 3 ? a.shape[0] : 1
    precondition(
      k == b.k && count == b.count && shape == Shape(a.shape.dimensions.dropLast(2) + [m, b.n]),
      "\(a.shape)\(transposingA ? "^T" : "") x \(b.description) -> \(shape): the shapes do not fit")
    precondition(bias == nil || accumulation == .replacing, "a bias is where a sum begins; there are old values")
    precondition(
      accumulation != .addingSum || backend.addsProducts(ofDepth: k),
      "sums of \(k) products cannot be added in one pass")
    precondition(bias.map { $0.count == b.n } ?? true, "a bias of shape \(bias?.shape ?? []) for \(b.n) columns")
    precondition(
      residual.map { $0.shape == shape } ?? true, "a residual of shape \(residual?.shape ?? []) for \(shape)")
    var product = MatrixProduct(
      m: m, n: b.n, k: k,
      a: a.base, aStride: a.shape[-1], aTransposed: transposingA,
      b: b.base, bStride: b.stride, bTransposed: b.isTransposed,
      c: base, cStride: b.n, accumulation: accumulation, bias: bias?.base)
    product.bPacked = b.isPacked
    product.epilogue.residual = residual?.base
    product.epilogue.residualStride = b.n
    product.epilogue.activation = activation
    product.epilogue.activated = activated?.base
    let batch = MatrixProductBatch(first: product, count: count, aStep: m * k, bStep: k * b.n, cStep: m * b.n)
    withExtendedLifetime((a, b, bias, residual, activated, self)) { batch.run(on: backend) }
  }
}

extension Backend {
  /// Whether products of matrices [m, depth] [depth, n] can be added whole to what is in their place.
  public func addsProducts(ofDepth depth: Int) -> Bool { depth <= kernels.longestAddedSum }
}
