/// LayerNorm, RMSNorm, BatchNorm and GroupNorm. The rules of `Kernels` hold.
///
/// A *row sum* over `count` values has 64 lanes: of the whole blocks of 64, element i goes to lane i % 64, each lane is a
/// chain over i ascending; lanes l and l + 32 are added, then l and l + 16; the rest of the row goes on in these 16 as in
/// `sum`; then the lane tree. Variances are centred: the mean is known before the squares of the distances from it are
/// summed.
public protocol NormalizationKernels: Sendable {
  /// y[r, c] = (x[r, c] - mean[r]) / deviation[r] * scale[c] + shift[c], the last two fused; without `shift` the product.
  /// Mean and variance are row sums of x and of fma(x - mean, x - mean, ...), each divided by the width.
  func normalizeRows(
    _ normalization: RowNormalization, _ x: UnsafePointer<Float>, shift: UnsafePointer<Float>?, epsilon: Float,
    into y: UnsafeMutablePointer<Float>)
  /// sum = x + residual, and y from the sum as in `normalizeRows`.
  func addAndNormalizeRows(
    _ normalization: RowNormalization, _ x: UnsafePointer<Float>, _ residual: UnsafePointer<Float>,
    sum: UnsafeMutablePointer<Float>, shift: UnsafePointer<Float>?, epsilon: Float,
    into y: UnsafeMutablePointer<Float>)
  /// The three gradients in one pass over x and dy. With n = (x - mean) / deviation and g = dy scale:
  ///
  ///     dx = known + (g - mean of g - n (mean of g n)) / deviation        without "mean of g" for RMSNorm
  ///     scaleGradient[c] = sum over r of dy[r, c] n[r, c]        shiftGradient[c] = sum over r of dy[r, c]
  ///
  /// The means are row sums divided by the width; the columns are chains over r ascending that begin at zero.
  /// - Parameter known: the part of the gradient of x that is there already, [rows, width]; may be `dx` itself.
  func normalizeRowsBackward(
    _ normalization: RowNormalization, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    adding known: UnsafePointer<Float>?, into dx: UnsafeMutablePointer<Float>,
    scaleGradient: UnsafeMutablePointer<Float>, shiftGradient: UnsafeMutablePointer<Float>)

  /// For each of `planes` rows of `size` values the mean and the sum of (x - mean)^2, both made of row sums.
  func planeMoments(
    _ x: UnsafePointer<Float>, planes: Int, size: Int, means: UnsafeMutablePointer<Float>,
    centredSquares: UnsafeMutablePointer<Float>)
  /// For each of `columns` columns the mean and the variance (divided by the rows): Float64 chains over the rows
  /// ascending, rounded to Float32 at the end. Rows are `stride` floats apart.
  func columnMoments(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int, means: UnsafeMutablePointer<Float>,
    variances: UnsafeMutablePointer<Float>)

  /// y[p, :] = fma(x[p, :] - mean, factor, shift) for the planes p of a range. Pointers are those of plane 0.
  func transformPlanes(
    _ transform: ChannelTransform, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    planes: Range<Int>, size: Int)
  /// y[r, c] = fma(x[r, c] - mean[c], factor[c], shift[c]) for rows of `transform.count` columns.
  func transformColumns(
    _ transform: ChannelTransform, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int)

  /// sums[p] = sum of dy[p, :] and products[p] = sum of dy[p, :] (x[p, :] - mean), row sums, for the planes p of a range.
  /// Plane p takes means[p % meanCount]. Pointers are those of plane 0.
  func planeGradientSums(
    x: UnsafePointer<Float>, dy: UnsafePointer<Float>, means: UnsafePointer<Float>, meanCount: Int,
    planes: Range<Int>, size: Int, sums: UnsafeMutablePointer<Float>, products: UnsafeMutablePointer<Float>)
  /// sums[c] = sum over r of dy[r, c] and products[c] = sum over r of dy[r, c] (x[r, c] - means[c]): Float64 chains over
  /// the rows ascending, rounded to Float32 at the end. Rows are `stride` floats apart.
  func columnGradientSums(
    x: UnsafePointer<Float>, dy: UnsafePointer<Float>, means: UnsafePointer<Float>, rows: Int, columns: Int,
    stride: Int, sums: UnsafeMutablePointer<Float>, products: UnsafeMutablePointer<Float>)

  /// dx = fma(gradientFactor, dy, fma(inputFactor, x - mean, offset)), added to dx where `accumulates`, for the planes of
  /// a range. Pointers are those of plane 0.
  func transformPlanesBackward(
    _ gradient: ChannelGradient, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, planes: Range<Int>, size: Int, accumulates: Bool)
  /// The same for rows of `gradient.count` columns.
  func transformColumnsBackward(
    _ gradient: ChannelGradient, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, rows: Int, accumulates: Bool)
}
