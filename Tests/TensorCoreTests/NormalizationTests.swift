import Glibc
import KernelInterface
import TensorCore
import TestSupport
import Testing

/// Normalisations give the same bits for one to four threads and for each instruction set. The shapes are large enough
/// for four threads to get work. One test at a time: they share the backends.
@Suite("Normalisation of tensors", .serialized)
struct NormalizationTests {
  private static let backends = Processor.supportedInstructionSets.flatMap { instructionSet in
    [1, 2, 3, 4].map { Backend(instructionSet: instructionSet, threads: $0) }
  }

  private static let count = 251 * 803
  private static let values = (1...3).map { seededValues(count, seed: $0, low: -2, high: 3) }

  /// Tensor number `index`, made of the first values.
  private func tensor(_ index: Int, _ shape: Shape, _ backend: Backend) -> Tensor {
    Tensor(Array(Self.values[index].prefix(shape.count)), shape, on: backend)
  }

  private func expectSameBits(_ what: String, _ compute: (Backend) -> [Tensor]) {
    let results = Self.backends.map(compute)
    for (backend, result) in zip(Self.backends, results).dropFirst() {
      for (index, (a, b)) in zip(result, results[0]).enumerated() {
        #expect(
          haveSameBits(a, b),
          "\(what), result \(index) with \(backend.kernels.instructionSet) on \(backend.threads.size) threads")
      }
    }
    for (index, result) in results[0].enumerated() {
      #expect(Set(result.values.prefix(1_000)).count > 1, "\(what), result \(index) is something")
    }
  }

  private func haveSameBits(_ a: Tensor, _ b: Tensor) -> Bool {
    a.withValues { a in
      b.withValues { b in
        guard a.count == b.count, let a = a.baseAddress, let first = b.baseAddress else { return false }
        return memcmp(a, first, 4 * b.count) == 0
      }
    }
  }

  @Test("LayerNorm and RMSNorm", arguments: [.layerNorm, .rmsNorm] as [RowNormalization.Kind])
  func rows(kind: RowNormalization.Kind) {
    let shape: Shape = [251, 803]
    expectSameBits("\(kind)") { backend in
      let (x, residual, dy) = (tensor(0, shape, backend), tensor(1, shape, backend), tensor(2, shape, backend))
      let (scale, shift) = (tensor(1, [803], backend), tensor(2, [803], backend))
      let (sum, y, statistics) = x.rowsNormalized(
        kind, adding: residual, scale: scale, shift: kind == .layerNorm ? shift : nil, epsilon: 1e-5)
      var sums: (scale: Tensor, shift: Tensor)?
      let dx = Tensor(shape, on: backend) {
        sums = $0.writeRowNormalizationGradient(
          kind, x: sum, statistics: statistics, scale: scale, dy: dy, adding: residual)
      }
      let apart = (x + residual).rowsNormalized(
        kind, scale: scale, shift: kind == .layerNorm ? shift : nil, epsilon: 1e-5)
      #expect(haveSameBits(apart.y, y), "fused with the addition or after it")
      return [sum, y, statistics, dx, sums!.scale, sums!.shift]
    }
  }

  @Test("BatchNorm and GroupNorm", arguments: [[22, 9, 31, 32], [251, 803], [64, 196, 4, 4]])
  func channels(dimensions: [Int]) {
    let (shape, channels) = (Shape(dimensions), dimensions[1])
    let groups = channels % 3 == 0 ? 3 : 1
    expectSameBits("\(shape)") { backend in
      let (x, dy) = (tensor(0, shape, backend), tensor(1, shape, backend))
      let (scale, shift) = (tensor(1, [channels], backend), tensor(2, [channels], backend))
      let statistics = x.batchStatistics()
      let y = x.batchNormalized(
        mean: statistics.mean, variance: statistics.variance, scale: scale, shift: shift, epsilon: 1e-5)
      let sums = dy.batchNormSums(x: x, mean: statistics.mean, variance: statistics.variance, epsilon: 1e-5)
      let dx = tensor(2, shape, backend)
      dx.accumulatingDestination.writeBatchNormGradient(
        x: x, dy: dy, statistics: statistics, scale: scale, epsilon: 1e-5, sums: sums)
      let (z, planes) = x.groupNormalized(groups: groups, scale: scale, shift: shift, epsilon: 1e-5)
      let planeSums = dy.groupNormSums(x: x, statistics: planes)
      dx.accumulatingDestination.writeGroupNormGradient(
        x: x, dy: dy, statistics: planes, sums: planeSums, groups: groups, scale: scale)
      return [y, statistics.mean, statistics.variance, sums.scale, sums.shift, z, planes, planeSums, dx]
    }
  }

  @Test(
    "batch statistics are those of Float64, far from zero too",
    arguments: [[6, 5, 7, 9], [100, 18], [1, 3, 40, 40], [3, 4, 1, 1]])
  func batchStatistics(dimensions: [Int]) {
    let shape = Shape(dimensions)
    let backend = Backend(threads: 1)
    for offset in [0, 100] as [Float] {
      let x = Tensor(Self.values[0].prefix(shape.count).map { $0 + offset }, shape, on: backend)
      let statistics = x.batchStatistics()
      let size = dimensions.dropFirst(2).reduce(1, *)
      #expect(statistics.count == dimensions[0] * size)
      for c in 0..<dimensions[1] {
        let values = x.values.enumerated().filter { $0.offset / size % dimensions[1] == c }.map { Double($0.element) }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        expectClose(statistics.mean.values[c], Float(mean), tolerance: 2e-7, "mean")
        expectClose(statistics.variance.values[c], Float(variance), tolerance: 1e-6, "variance")
      }
    }
  }

  @Test("a folded BatchNorm is the one with fixed statistics")
  func folding() {
    let backend = Backend(threads: 1)
    let x = tensor(0, [3, 5, 4, 4], backend)
    let (mean, scale, shift) = (tensor(1, [5], backend), tensor(2, [5], backend), tensor(0, [5], backend))
    let variance = Tensor([0.1, 1, 2, 30, 0], [5], on: backend)
    let y = x.batchNormalized(mean: mean, variance: variance, scale: scale, shift: shift, epsilon: 1e-3).values
    let (factor, offset) = Tensor.foldedBatchNorm(
      mean: mean, variance: variance, scale: scale, shift: shift, epsilon: 1e-3)
    let folded = x.values.enumerated().map { factor.values[$0 / 16 % 5] * $1 + offset.values[$0 / 16 % 5] }
    expectClose(y, folded, tolerance: 1e-5, "folded")
  }

  @Test("empty dimensions are normalised into empty tensors and zero gradients")
  func empty() {
    let backend = Backend(threads: 2)
    for shape in [[0, 6], [0, 6, 2, 2], [2, 6, 0, 3]] as [Shape] {
      let (x, ones) = (Tensor([], shape, on: backend), Tensor(filledWith: 1, [6], on: backend))
      let statistics = x.batchStatistics()
      #expect(statistics.count == 0)
      #expect(
        x.batchNormalized(mean: ones, variance: ones, scale: ones, shift: nil, epsilon: 1).shape == shape)
      #expect(x.batchNormSums(x: x, mean: ones, variance: ones, epsilon: 1).scale.values == [0, 0, 0, 0, 0, 0])
      let (y, planes) = x.groupNormalized(groups: 2, scale: ones, shift: nil, epsilon: 1)
      #expect(y.shape == shape)
      let gradient = Tensor([6], on: backend) {
        $0.writeGroupNormScaleGradient(statistics: planes, sums: x.groupNormSums(x: x, statistics: planes))
      }
      #expect(gradient.values.allSatisfy { $0 == 0 })
    }
    for shape in [[0, 6], [3, 0]] as [Shape] {
      let (x, ones) = (Tensor([], shape, on: backend), Tensor(filledWith: 1, [shape[1]], on: backend))
      let (y, statistics) = x.rowsNormalized(.layerNorm, scale: ones, shift: ones, epsilon: 1e-5)
      #expect(y.shape == shape)
      _ = Tensor(shape, on: backend) { dx in
        let sums = dx.writeRowNormalizationGradient(
          .layerNorm, x: x, statistics: statistics, scale: ones, dy: y, adding: nil)
        let gradient = Tensor([shape[1]], on: backend) { $0.writeColumnSums(sums.scale) }
        #expect(gradient.values.allSatisfy { $0 == 0 })
      }
    }
  }
}
