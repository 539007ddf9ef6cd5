import KernelInterface
import TensorCore
import TestSupport
import Testing

@Suite("Convolution and pooling of tensors", .serialized)
struct ConvolutionTests {
  private static let backends = Processor.supportedInstructionSets.flatMap { instructionSet in
    [1, 2, 3, 4].map { Backend(instructionSet: instructionSet, threads: $0) }
  }

  private func expectSameBits(_ what: String, _ compute: (Backend) -> Tensor) {
    let results = Self.backends.map { compute($0).values.map(\.bitPattern) }
    #expect(Set(results).count == 1, "\(what) on every number of threads and instruction set")
    #expect(Set(results[0].prefix(100)).count > 1, "\(what) computes something")
  }

  private func seeded(_ shape: Shape, _ seed: UInt64, on backend: Backend) -> Tensor {
    Tensor(shape, on: backend) { $0.writeUniform(low: -1, high: 1, key: RandomKey(seed: seed)) }
  }

  /// Large enough for four threads to get work; batches smaller and larger than them, and not a multiple.
  @Test(
    "the same bits on one to four threads",
    arguments: [(7, 12, 24, 1), (2, 12, 26, 1), (5, 24, 24, 24), (1, 24, 24, 4), (4, 300, 30, 1)])
  func threads(batch: Int, inputs: Int, outputs: Int, groups: Int) {
    let (x, weight): (Shape, Shape) = ([batch, inputs, 20, 21], [outputs, inputs / groups, 3, 3])
    let convolution = Convolution(of: x, with: weight, stride: 1, padding: 1, groups: groups)
    let dy: Shape = [batch, outputs, 20, 21]
    expectSameBits("forward") { backend in
      seeded(x, 1, on: backend).convolution(
        convolution, weight: seeded(weight, 2, on: backend), bias: seeded([outputs], 3, on: backend))
    }
    expectSameBits("gradient of the input") { backend in
      let dx = seeded(x, 4, on: backend)
      dx.accumulatingDestination.writeConvolutionInputGradient(
        convolution, dy: seeded(dy, 5, on: backend), weight: seeded(weight, 2, on: backend))
      return dx
    }
    expectSameBits("gradient of the weight") { backend in
      let dw = seeded(weight, 6, on: backend)
      dw.accumulatingDestination.writeConvolutionWeightGradient(
        convolution, x: seeded(x, 1, on: backend), dy: seeded(dy, 5, on: backend))
      return dw
    }
    expectSameBits("gradient of the bias") { backend in
      Tensor([outputs], on: backend) {
        $0.writeConvolutionBiasGradient(convolution, dy: seeded(dy, 5, on: backend))
      }
    }
  }

  @Test("pooling gives the same bits on one to four threads")
  func pooling() {
    let x: Shape = [5, 70, 20, 21]
    let pooling = Pooling(of: x, window: 3, stride: 2, padding: 1)
    for rule in [PoolingRule.maximum, .average(countsPadding: false)] {
      expectSameBits("\(rule)") { seeded(x, 1, on: $0).pooled(pooling, rule) }
      expectSameBits("gradient of \(rule)") { backend in
        let dx = seeded(x, 2, on: backend)
        dx.accumulatingDestination.writePoolingGradient(
          pooling, rule, x: seeded(x, 1, on: backend), dy: seeded([5, 70, 10, 11], 3, on: backend))
        return dx
      }
    }
    expectSameBits("means") { seeded(x, 1, on: $0).averageOfChannels() }
    expectSameBits("gradient of means") { backend in
      let dx = seeded(x, 2, on: backend)
      dx.accumulatingDestination.writeAverageOfChannelsGradient(dy: seeded([5, 70], 3, on: backend))
      return dx
    }
  }

  @Test("a weight gradient replaces what was there, or adds to it")
  func destinations() {
    for (batch, groups) in [(1, 1), (6, 1), (6, 2)] {
      let backend = Backend(threads: 2)
      let convolution = Convolution(of: [batch, 2, 9, 9], with: [2, 2 / groups, 3, 3], groups: groups)
      let (x, dy) = (seeded([batch, 2, 9, 9], 1, on: backend), seeded([batch, 2, 7, 7], 2, on: backend))
      let gradient = Tensor([2, 2 / groups, 3, 3], on: backend) {
        $0.writeConvolutionWeightGradient(convolution, x: x, dy: dy)
      }
      let sum = Tensor(filledWith: 5, gradient.shape, on: backend)
      sum.accumulatingDestination.writeConvolutionWeightGradient(convolution, x: x, dy: dy)
      #expect(sum.values == gradient.values.map { $0 + 5 })
    }
  }

  @Test("tensors that are not those of the convolution or pooling end the program with both shapes in the message")
  func mismatch() async {
    let ofConvolution = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let backend = Backend(threads: 1)
      let convolution = Convolution(of: [1, 2, 5, 5], with: [3, 2, 3, 3])
      let dy = Tensor(filledWith: 1, [1, 3, 3, 2], on: backend)
      let weight = Tensor(filledWith: 1, [3, 2, 3, 3], on: backend)
      _ = Tensor([1, 2, 5, 5], on: backend) { $0.writeConvolutionInputGradient(convolution, dy: dy, weight: weight) }
    }
    let ofPooling = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let pooling = Pooling(of: [2, 3, 8, 8], window: 2)
      _ = Tensor(filledWith: 1, [2, 2, 8, 8], on: Backend(threads: 1)).pooled(pooling, .maximum)
    }
    let messages = [ofConvolution, ofPooling].map { String(decoding: $0?.standardErrorContent ?? [], as: UTF8.self) }
    #expect(messages[0].contains("[1, 3, 3, 2] in the place of [1, 3, 3, 3]"))
    #expect(messages[1].contains("[2, 2, 8, 8] in the place of 6 planes of 8 x 8"))
  }

  @Test("a batch's weight gradient is the sum of its images' gradients", arguments: 1...9)
  func batches(batch: Int) {
    let backend = Backend(threads: 2)
    let gradient = { (x: Tensor, dy: Tensor) in
      let convolution = Convolution(of: x.shape, with: [3, 2, 3, 3])
      return Tensor([3, 2, 3, 3], on: backend) { $0.writeConvolutionWeightGradient(convolution, x: x, dy: dy) }.values
    }
    let (x, dy) = (seeded([batch, 2, 9, 9], 1, on: backend), seeded([batch, 3, 7, 7], 2, on: backend))
    let images = (0..<batch).map {
      gradient(x.sliced(dimension: 0, range: $0..<$0 + 1), dy.sliced(dimension: 0, range: $0..<$0 + 1))
    }
    let sums = images[0].indices.map { element in images.reduce(0) { $0 + $1[element] } }
    expectClose(gradient(x, dy), sums, tolerance: 1e-5, "\(batch) images")
  }

  @Test("an empty batch gives an empty result and a gradient of zeros")
  func emptyBatch() {
    let backend = Backend(threads: 2)
    let convolution = Convolution(of: [0, 2, 5, 5], with: [3, 2, 3, 3])
    let x = Tensor([], [0, 2, 5, 5], on: backend)
    let y = x.convolution(convolution, weight: seeded([3, 2, 3, 3], 1, on: backend), bias: nil)
    #expect(y.shape == [0, 3, 3, 3])
    let gradient = Tensor([3, 2, 3, 3], on: backend) {
      $0.writeConvolutionWeightGradient(convolution, x: x, dy: y)
    }
    #expect(gradient.values == Array(repeating: 0, count: 54))
  }
}
