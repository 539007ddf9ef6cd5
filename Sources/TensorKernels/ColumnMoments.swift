import KernelInterface

/// Sums over the rows of a matrix, in Float64: a batch may have thousands of rows. 32 columns at a time, as the way from
/// row to row is long.
extension VectorKernels {
  public func columnMoments(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int, means: UnsafeMutablePointer<Float>,
    variances: UnsafeMutablePointer<Float>
  ) {
    forEachPairOfVectors(columns) { left, right in
      var mean = (ColumnSums(), ColumnSums())
      for r in 0..<rows {
        mean.0.add(ColumnSums(x + r * stride, left))
        mean.1.add(ColumnSums(x + r * stride, right))
      }
      mean.0.divide(by: Double(rows))
      mean.1.divide(by: Double(rows))
      var variance = (ColumnSums(), ColumnSums())
      for r in 0..<rows {
        variance.0.addSquare(of: ColumnSums(x + r * stride, left), minus: mean.0)
        variance.1.addSquare(of: ColumnSums(x + r * stride, right), minus: mean.1)
      }
      variance.0.divide(by: Double(rows))
      variance.1.divide(by: Double(rows))
      means.store(mean.0.rounded, left)
      means.store(mean.1.rounded, right)
      variances.store(variance.0.rounded, left)
      variances.store(variance.1.rounded, right)
    }
  }

  public func columnGradientSums(
    x: UnsafePointer<Float>, dy: UnsafePointer<Float>, means: UnsafePointer<Float>, rows: Int, columns: Int,
    stride: Int, sums: UnsafeMutablePointer<Float>, products: UnsafeMutablePointer<Float>
  ) {
    forEachPairOfVectors(columns) { left, right in
      let mean = (ColumnSums(means, left), ColumnSums(means, right))
      var (sum, product) = ((ColumnSums(), ColumnSums()), (ColumnSums(), ColumnSums()))
      for r in 0..<rows {
        let slopes = (ColumnSums(dy + r * stride, left), ColumnSums(dy + r * stride, right))
        sum.0.add(slopes.0)
        sum.1.add(slopes.1)
        product.0.add(slopes.0, times: ColumnSums(x + r * stride, left), minus: mean.0)
        product.1.add(slopes.1, times: ColumnSums(x + r * stride, right), minus: mean.1)
      }
      sums.store(sum.0.rounded, left)
      sums.store(sum.1.rounded, right)
      products.store(product.0.rounded, left)
      products.store(product.1.rounded, right)
    }
  }

  /// Neighbouring vectors of `count` elements by twos. The last ones, fewer than 32 elements, come one by one, as both.
  @inline(__always)
  private func forEachPairOfVectors(_ count: Int, _ body: (_ left: Lanes, _ right: Lanes) -> Void) {
    var first = 0
    while first &+ 32 <= count {
      body((first, Vector.scalarCount), (first &+ 16, Vector.scalarCount))
      first &+= 32
    }
    forEachVector(count &- first) { lanes in
      let rest = (first &+ lanes.first, lanes.count)
      body(rest, rest)
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
