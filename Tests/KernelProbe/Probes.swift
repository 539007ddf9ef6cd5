import KernelInterface

/// Neither a multiple of a vector nor of four.
private let count = 1003

func made(_ seed: UInt64, _ count: Int = count, scale: Float = 1) -> [Float] {
  let key = RandomKey(seed: seed)
  return (0..<count).map { Float(Int32(bitPattern: key.bits(at: $0)) >> 7) * 0x1p-24 * scale }
}

func probeElementwise(_ kernels: any Kernels, _ digest: inout Digest) {
  let (a, b) = (made(1), made(2))
  var y = made(3)
  kernels.addProduct(a, b, to: &y, count: count)
  kernels.addScaled(a, by: 0.7, to: &y, count: count)
  digest.add(y)
  kernels.add(a, b, into: &y, count: count)
  digest.add(y)
  kernels.multiply(a, b, into: &y, count: count)
  digest.add(y)
  kernels.scale(a, by: 1.3, into: &y, count: count)
  digest.add(y)
  kernels.addRow(b, to: a, into: &y, rows: 17, columns: 59)
  digest.add(y)
  kernels.fill(&y, count: count, value: 2)
  kernels.columnSums(a, rowStride: 100, into: &y, rows: 10, columns: 100, accumulates: true)
  digest.add(y)
  digest.add([kernels.sum(a, count: count)])
  digest.add(kernels.sumOfSquares(a, count: count).bitPattern)
  digest.add(kernels.isFinite(a, count: count) ? 1 : 0)
  var places = [Int32](repeating: 0, count: 17)
  kernels.argmaxRows(a, into: &places, rows: 17, columns: 59)
  for place in places { digest.add(UInt64(place)) }
  kernels.fillUniform(&y, count: count, key: RandomKey(seed: 4), first: 5, low: -1, high: 2)
  digest.add(y)
  kernels.dropout(a, into: &y, count: count, key: RandomKey(seed: 5), first: 77, rate: 0.3, accumulates: true)
  digest.add(y)
}

func probeActivations(_ kernels: any Kernels, _ digest: inout Digest) {
  let (x, dy) = (made(6, scale: 20), made(7))
  var (y, dx) = (made(8), made(9))
  for function in ElementaryFunction.allCases {
    kernels.evaluate(function, x, into: &y, count: count)
    digest.add(y)
  }
  for function in [ElementaryFunction.sin, .cos] {
    kernels.evaluate(function, made(22, scale: 1e30), into: &y, count: count)
    digest.add(y)
  }
  let activations: [Activation] = [
    .identity, .relu, .leakyReLU(slope: 0.1), .sigmoid, .tanh, .gelu, .geluTanh, .silu,
  ]
  for activation in activations {
    kernels.activate(activation, x, into: &y, count: count)
    kernels.activateBackward(activation, x: x, y: y, dy: dy, into: &dx, count: count, accumulates: true)
    digest.add(y)
    digest.add(dx)
  }
}

func probeRows(_ kernels: any Kernels, _ digest: inout Digest) {
  let (x, dy) = (made(10, scale: 9), made(11))
  var (y, dx) = (made(12), made(13))
  let labels = (0..<17).map { Int32($0 * 3) }
  kernels.softmaxRows(x, into: &y, rows: 17, columns: 59)
  kernels.softmaxRowsBackward(y: y, dy: dy, into: &dx, rows: 17, columns: 59, accumulates: true)
  digest.add(y)
  digest.add(dx)
  kernels.crossEntropyRows(logits: x, labels: labels, into: &y, rows: 17, columns: 59)
  kernels.crossEntropyRowsBackward(
    logits: x, labels: labels, scale: 0.1, into: &dx, rows: 17, columns: 59, accumulates: false)
  digest.add(y)
  digest.add(dx)
  for loss in [PointwiseLoss.squaredError, .absoluteError, .binaryCrossEntropyWithLogits] {
    kernels.pointwiseLoss(loss, predictions: x, targets: dy, into: &y, count: count)
    kernels.pointwiseLossBackward(
      loss, predictions: x, targets: dy, scale: 0.3, into: &dx, count: count, accumulates: true)
    digest.add(y)
    digest.add(dx)
  }
}

func probeOptimizers(_ kernels: any Kernels, _ digest: inout Digest) {
  let gradients = made(14)
  var (p, m, v) = (made(15), made(16), made(17).map(\.magnitude))
  let step = AdamStep(
    learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, biasCorrection1: 0.1, biasCorrection2: 0.01,
    gradientScale: 0.5, l2Penalty: 0.01, decoupledWeightDecay: 0.02)
  kernels.adam(step, parameters: &p, gradients: gradients, firstMoments: &m, secondMoments: &v, count: count)
  kernels.momentum(
    MomentumStep(learningRate: 0.1, momentum: 0.9, gradientScale: 1, l2Penalty: 0.1), parameters: &p,
    gradients: gradients, velocities: &m, count: count)
  kernels.rmsProp(
    RMSPropStep(learningRate: 0.1, decay: 0.9, epsilon: 1e-6, gradientScale: 1, l2Penalty: 0), parameters: &p,
    gradients: gradients, squareAverages: &v, count: count)
  digest.add(p + m + v)
}

func probeNumberFormats(_ kernels: any Kernels, _ digest: inout Digest) {
  let x = made(39, scale: 1e20) + [.infinity, -.infinity, .nan, 1 + 0x1p-8, 1 + 0x1.8p-7]
  var rounded = [UInt16](repeating: 0, count: x.count)
  var y = made(40, x.count)
  kernels.roundToBFloat16(x, into: &rounded, count: x.count)
  for value in rounded { digest.add(UInt64(value)) }
  kernels.expandBFloat16(rounded, into: &y, count: x.count)
  digest.add(y)
  digest.add(kernels.isFinite(x, count: x.count) ? 1 : 0)
}
