import KernelInterface

/// The linear map in front of a classifier's softmax: logits = x W + b, one column a class.
public struct LogitsProjection {
  /// [width, classes], or [classes, width] where `isTransposed`: an embedding table that serves as output layer, too.
  public let weight: Tensor
  public let isTransposed: Bool
  /// [classes]
  public let bias: Tensor?

  public init(weight: Tensor, isTransposed: Bool, bias: Tensor?) {
    precondition(weight.shape.rank == 2, "a projection's weight is a matrix, not \(weight.shape)")
    self.weight = weight
    self.isTransposed = isTransposed
    self.bias = bias
    precondition(bias.map { $0.count == classes } ?? true, "a bias \(bias?.shape ?? []) for \(classes) classes")
  }

  public var width: Int { weight.shape[isTransposed ? 1 : 0] }
  public var classes: Int { weight.shape[isTransposed ? 0 : 1] }

  /// The address of a class's weights, in the weight itself or in a gradient of its shape.
  private func offset(_ firstClass: Int) -> Int { isTransposed ? firstClass * width : firstClass }
  private var stride: Int { weight.shape[1] }

  /// logits [n, classes.count] = x W + b for some classes.
  func logits(
    of x: Tensor, _ classes: Range<Int>, into logits: UnsafeMutablePointer<Float>, stride logitsStride: Int
  ) -> MatrixProduct {
    MatrixProduct(
      m: x.shape[0], n: classes.count, k: width, a: x.base, aStride: width,
      b: weight.base + offset(classes.lowerBound), bStride: stride, bTransposed: isTransposed,
      c: logits, cStride: logitsStride, bias: bias.map { $0.base + classes.lowerBound })
  }

  /// dx [n, width] = dlogits W^T over some classes; later classes go on with the sums of earlier ones.
  func inputGradient(
    _ dlogits: UnsafePointer<Float>, stride logitsStride: Int, _ classes: Range<Int>, into dx: TensorDestination
  ) -> MatrixProduct {
    MatrixProduct(
      m: dx.shape[0], n: width, k: classes.count, a: dlogits, aStride: logitsStride,
      b: weight.base + offset(classes.lowerBound), bStride: stride, bTransposed: !isTransposed,
      c: dx.base, cStride: width, accumulation: classes.lowerBound > 0 ? .continuingChain : .replacing)
  }

  /// dW = x^T dlogits, or its transpose, for some classes.
  func weightGradient(
    _ dlogits: UnsafePointer<Float>, stride logitsStride: Int, of x: Tensor, _ classes: Range<Int>,
    into dw: TensorDestination
  ) -> MatrixProduct {
    precondition(dw.shape == weight.shape, "the gradient of \(weight.shape) into \(dw.shape)")
    let (n, at) = (x.shape[0], dw.base + offset(classes.lowerBound))
    if isTransposed {
      return MatrixProduct(
        m: classes.count, n: width, k: n, a: dlogits, aStride: logitsStride, aTransposed: true, b: x.base,
        bStride: width, c: at, cStride: stride, accumulation: dw.accumulation)
    }
    return MatrixProduct(
      m: width, n: classes.count, k: n, a: x.base, aStride: width, aTransposed: true, b: dlogits, bStride: logitsStride,
      c: at, cStride: stride, accumulation: dw.accumulation)
  }
}
