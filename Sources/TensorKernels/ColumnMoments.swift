import KernelInterface

/// Sums over the rows of a matrix for 16 columns at a time, in Float64: a batch may have thousands of rows.
extension VectorKernels {
  public func columnMoments(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int, means: UnsafeMutablePointer<Float>,
    variances: UnsafeMutablePointer<Float>
  ) {
    forEachVector(columns) { lanes in
      var mean = ColumnSums()
      for r in 0..<rows { mean.add(ColumnSums(x + r * stride, lanes)) }
      mean.divide(by: Double(rows))
      var variance = ColumnSums()
      for r in 0..<rows { variance.addSquare(of: ColumnSums(x + r * stride, lanes), minus: mean) }
      variance.divide(by: Double(rows))
      means.store(mean.rounded, lanes)
      variances.store(variance.rounded, lanes)
    }
  }

  public func columnGradientSums(
    x: UnsafePointer<Float>, dy: UnsafePointer<Float>, means: UnsafePointer<Float>, rows: Int, columns: Int,
    stride: Int, sums: UnsafeMutablePointer<Float>, products: UnsafeMutablePointer<Float>
  ) {
    forEachVector(columns) { lanes in
      let mean = ColumnSums(means, lanes)
      var (sum, product) = (ColumnSums(), ColumnSums())
      for r in 0..<rows {
        let slopes = ColumnSums(dy + r * stride, lanes)
        sum.add(slopes)
        product.add(slopes, times: ColumnSums(x + r * stride, lanes), minus: mean)
      }
      sums.store(sum.rounded, lanes)
      products.store(product.rounded, lanes)
    }
  }
}

/// 16 columns in Float64.
private struct ColumnSums {
  private var low = SIMD8<Double>.zero
  private var high = SIMD8<Double>.zero

  @inline(__always)
  init() {}

  @inline(__always)
  init(_ x: UnsafePointer<Float>, _ lanes: Lanes) {
    let vector = x.vector(lanes)
    low = SIMD8<Double>(converting: vector.lowHalf)
    high = SIMD8<Double>(converting: vector.highHalf)
  }

  @inline(__always)
  mutating func add(_ x: ColumnSums) {
    low += x.low
    high += x.high
  }

  /// self += (x - mean)^2, fused
  @inline(__always)
  mutating func addSquare(of x: ColumnSums, minus mean: ColumnSums) {
    let (a, b) = (x.low - mean.low, x.high - mean.high)
    low.addProduct(a, a)
    high.addProduct(b, b)
  }

  /// self += slopes (x - mean), fused
  @inline(__always)
  mutating func add(_ slopes: ColumnSums, times x: ColumnSums, minus mean: ColumnSums) {
    low.addProduct(slopes.low, x.low - mean.low)
    high.addProduct(slopes.high, x.high - mean.high)
  }

  @inline(__always)
  mutating func divide(by count: Double) {
    low /= SIMD8(repeating: count)
    high /= SIMD8(repeating: count)
  }

  @inline(__always)
  var rounded: Vector {
    Vector(lowHalf: SIMD8<Float>(rounding: low), highHalf: SIMD8<Float>(rounding: high))
  }
}

extension SIMD8<Float> {
  @inline(__always)
  fileprivate init(rounding x: SIMD8<Double>) {
    self.init(Float(x[0]), Float(x[1]), Float(x[2]), Float(x[3]), Float(x[4]), Float(x[5]), Float(x[6]), Float(x[7]))
  }
}
