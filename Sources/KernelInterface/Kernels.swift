/// The table of kernel entry points: every build of the kernels (AVX2, AVX-512, NEON) is one value of this type.
///
/// The rules every build keeps, so that results are the same bits on every machine:
/// - the order of each floating-point reduction is a function of shape alone and is stated below;
/// - the logical vector is 16 lanes wide; a horizontal sum of 16 lanes is the tree
///   `((0+8)+(4+12)) + ((2+10)+(6+14))`, ... that is: halves are added, then quarters, then pairs, then the two;
/// - a multiply followed by an add is fused.
///
/// Kernels run on the calling thread and see only pointers. Pointers are to `Float` unless said otherwise, matrices are
/// row-major. `count` may be zero. Outputs may be the same memory as an input of the same shape, never overlap in part.
public protocol Kernels: Sendable {
  var instructionSet: InstructionSet { get }

  // MARK: Matrix product

  /// Bytes of scratch memory that `gemm` needs for `product`, 64-byte aligned.
  func gemmWorkspaceSize(_ product: MatrixProduct) -> Int

  /// C = A B, or C += A B.
  ///
  /// Order: every element of C is one chain of fused multiply-adds over k ascending, beginning at the old value
  /// (`accumulates`), at the bias of its column, or at zero. So the result does not depend on how rows and columns are cut.
  func gemm(_ product: MatrixProduct, workspace: UnsafeMutableRawPointer)

  // MARK: Elementwise

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

  // MARK: Reductions

  /// The sum of `count` values: element i goes to lane i % 16, each lane is a chain over i ascending, then the lane tree.
  func sum(_ x: UnsafePointer<Float>, count: Int) -> Float
  /// The sum of squares in Float64: lanes and tree as `sum`, each lane a chain of Float64 fused multiply-adds.
  func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Double
  /// y[c] = sum over r of x[r, c] (added to y where `accumulates`): a chain over r ascending, beginning at y or zero.
  func columnSums(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int, accumulates: Bool)
  /// y[r] = the column of the greatest x[r, c]; the first of equals; a NaN counts as the greatest.
  func argmaxRows(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Int32>, rows: Int, columns: Int)

  // MARK: Activations

  /// y = activation(x)
  func activate(
    _ activation: Activation, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int)
  /// dx = dy * activation'(x), added to dx where `accumulates`. Both x and y = activation(x) are given.
  func activateBackward(
    _ activation: Activation, x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, count: Int, accumulates: Bool)
  /// y[r, :] = exp(x[r, :] - max) / sum, row by row.
  func softmaxRows(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int)
  /// dx[r, c] = y[r, c] * (dy[r, c] - sum over j of dy[r, j] y[r, j]), added to dx where `accumulates`.
  func softmaxRowsBackward(
    y: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int, accumulates: Bool)

  // MARK: Losses

  /// losses[r] = log(sum exp logits[r, :]) - logits[r, labels[r]]. Labels lie in 0 ..< columns.
  func crossEntropyRows(
    logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, into losses: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int)
  /// dx[r, :] = scale * (softmax(logits[r, :]) - one-hot(labels[r])), added to dx where `accumulates`.
  func crossEntropyRowsBackward(
    logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, scale: Float,
    into dx: UnsafeMutablePointer<Float>, rows: Int, columns: Int, accumulates: Bool)
  /// losses[i] = loss(predictions[i], targets[i])
  func pointwiseLoss(
    _ loss: PointwiseLoss, predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>,
    into losses: UnsafeMutablePointer<Float>, count: Int)
  /// dx[i] = scale * d loss / d predictions[i], added to dx where `accumulates`.
  func pointwiseLossBackward(
    _ loss: PointwiseLoss, predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, scale: Float,
    into dx: UnsafeMutablePointer<Float>, count: Int, accumulates: Bool)

  // MARK: Randomness

  /// y[i] = low + (high - low) * u(first + i), where u(e) = (bits of element e of `key`'s stream >> 8) / 2^24, fused.
  func fillUniform(
    _ y: UnsafeMutablePointer<Float>, count: Int, key: RandomKey, first: Int, low: Float, high: Float)
  /// y[i] = x[i] / (1 - rate) where u(first + i) >= rate, else 0. Forward on activations, backward on their gradients:
  /// the mask is drawn again, not stored. Added to y where `accumulates`.
  func dropout(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int, key: RandomKey, first: Int,
    rate: Float, accumulates: Bool)

  // MARK: Optimizers: one pass over a range of the arenas

  /// Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019), see `AdamStep`.
  func adam(
    _ step: AdamStep, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    firstMoments: UnsafeMutablePointer<Float>, secondMoments: UnsafeMutablePointer<Float>, count: Int)
  /// Gradient descent with momentum, see `MomentumStep`.
  func momentum(
    _ step: MomentumStep, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    velocities: UnsafeMutablePointer<Float>, count: Int)
  /// RMSProp (Hinton 2012), see `RMSPropStep`.
  func rmsProp(
    _ step: RMSPropStep, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    squareAverages: UnsafeMutablePointer<Float>, count: Int)
}

/// The processor extensions a build of the kernels needs.
public enum InstructionSet: String, CaseIterable, Sendable {
  case avx2, avx512, neon
}
