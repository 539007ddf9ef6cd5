import KernelInterface

/// Neither rows, columns, planes nor their sizes are multiples of a vector.
private let (rows, width) = (17, 59)
private let (planes, size) = (12, 83)

func probeNormalization(_ kernels: any Kernels, _ digest: inout Digest) {
  let (x, dy, known) = (made(40, scale: 3), made(41), made(42))
  let (scale, shift, third, fourth) = (made(43), made(44), made(45), made(46))
  var (y, sum, statistics, columns, moreColumns) = (made(47), made(48), made(49), made(50), made(51))
  for kind in [RowNormalization.Kind.layerNorm, .rmsNorm] {
    statistics.withUnsafeMutableBufferPointer { statistics in
      scale.withUnsafeBufferPointer { scale in
        let normalization = RowNormalization(
          kind, rows: rows, width: width, scale: scale.baseAddress!, statistics: statistics.baseAddress!)
        kernels.normalizeRows(normalization, x, shift: nil, epsilon: 1e-5, into: &y)
        digest.add(y)
        kernels.addAndNormalizeRows(normalization, x, known, sum: &sum, shift: shift, epsilon: 1e-5, into: &y)
        digest.add(y + sum)
        kernels.normalizeRowsBackward(
          normalization, x: sum, dy: dy, adding: known, into: &y, scaleGradient: &columns, shiftGradient: &moreColumns)
        digest.add(y + columns + moreColumns)
      }
    }
    digest.add(statistics)
  }
  kernels.planeMoments(x, planes: planes, size: size, means: &columns, centredSquares: &moreColumns)
  digest.add(columns + moreColumns)
  kernels.columnMoments(x, rows: rows, columns: width - 3, stride: width, means: &columns, variances: &moreColumns)
  digest.add(columns + moreColumns)
  kernels.planeGradientSums(
    x: x, dy: dy, means: scale, meanCount: 5, planes: 1..<planes, size: size, sums: &columns, products: &moreColumns)
  digest.add(columns + moreColumns)
  kernels.columnGradientSums(
    x: x, dy: dy, means: scale, rows: rows, columns: width - 3, stride: width, sums: &columns, products: &moreColumns)
  digest.add(columns + moreColumns)
  scale.withUnsafeBufferPointer { first in
    shift.withUnsafeBufferPointer { second in
      third.withUnsafeBufferPointer { third in
        fourth.withUnsafeBufferPointer { fourth in
          let (first, second, third, fourth) = (
            first.baseAddress!, second.baseAddress!, third.baseAddress!, fourth.baseAddress!
          )
          let transform = ChannelTransform(count: width, mean: first, factor: second, shift: third)
          kernels.transformPlanes(transform, x, into: &y, planes: 1..<planes, size: size)
          digest.add(y)
          kernels.transformColumns(transform, x, into: &y, rows: rows)
          digest.add(y)
          let gradient = ChannelGradient(
            count: width, mean: first, gradientFactor: second, inputFactor: third, offset: fourth)
          kernels.transformPlanesBackward(
            gradient, x: x, dy: dy, into: &y, planes: 1..<planes, size: size, accumulates: true)
          digest.add(y)
          kernels.transformColumnsBackward(gradient, x: x, dy: dy, into: &y, rows: rows, accumulates: true)
          digest.add(y)
        }
      }
    }
  }
}
