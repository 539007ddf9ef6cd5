import KernelInterface
import TensorCore
import TestSupport
import Testing

@Suite("Moving values")
struct MovementTests {
  private let backends = [1, 2, 3].map { Backend(threads: $0) }

  static let permutations: [([Int], [Int])] = [
    ([], []), ([4], [0]), ([3, 5], [1, 0]), ([17, 33], [1, 0]), ([2, 3, 4], [0, 2, 1]), ([2, 3, 4], [2, 1, 0]),
    ([2, 3, 4], [1, 2, 0]), ([2, 8, 3, 16], [0, 2, 1, 3]), ([2, 3, 5, 7], [3, 1, 0, 2]),
    ([2, 9, 11, 3], [0, 3, 2, 1]),
    ([3, 1, 5], [2, 1, 0]), ([2, 0, 3], [1, 2, 0]), ([300, 501], [1, 0]), ([70, 40, 50], [1, 0, 2]), ([1, 1], [1, 0]),
  ]

  @Test("a permutation puts every element where its index says", arguments: permutations)
  func permutation(extents: [Int], order: [Int]) {
    let shape = Shape(extents)
    let xs = (0..<shape.count).map(Float.init)
    let target = Shape(order.map { extents[$0] })
    var expected = [Float](repeating: 0, count: shape.count)
    for (index, x) in zip(indices(of: shape), xs) { expected[place(of: order.map { index[$0] }, in: target)] = x }
    for backend in backends {
      let y = Tensor(xs, shape, on: backend).permuted(order)
      #expect(y.shape == target)
      #expect(y.values == expected, "\(backend.threads.size) threads")
      y.accumulatingDestination.writePermuted(Tensor(xs, shape, on: backend), order)
      #expect(y.values == expected.map { 2 * $0 })
    }
  }

  @Test("transposing exchanges the last two dimensions")
  func transposition() {
    let x = Tensor([1, 2, 3, 4, 5, 6], [1, 2, 3], on: backends[0])
    #expect(x.transposed().shape == [1, 3, 2])
    #expect(x.transposed().values == [1, 4, 2, 5, 3, 6])
  }

  @Test(
    "slices put side by side are the whole again",
    arguments: [[6], [4, 5], [3, 6, 4], [2, 5, 1, 3], [5, 1], [40, 50, 60]])
  func slices(extents: [Int]) {
    let shape = Shape(extents)
    let xs = (0..<shape.count).map(Float.init)
    for backend in backends {
      let x = Tensor(xs, shape, on: backend)
      for dimension in extents.indices {
        let cuts = [0, extents[dimension] / 3, extents[dimension] / 3, extents[dimension]]
        let parts = (0..<3).map { x.sliced(dimension: dimension, range: cuts[$0]..<cuts[$0 + 1]) }
        #expect(parts[1].count == 0)
        let kept = zip(indices(of: shape), xs).filter { cuts[2] <= $0.0[dimension] }
        #expect(parts[2].values == kept.map(\.1))
        let whole = Tensor.concatenated(parts, dimension: dimension - extents.count)
        #expect(whole.shape == shape)
        #expect(whole.values == xs)
        let padded = Tensor(shape, on: backend) { $0.writePadded(parts[2], dimension: dimension, at: cuts[2]) }
        #expect(padded.values == zip(indices(of: shape), xs).map { cuts[2] <= $0[dimension] ? $1 : 0 })
      }
    }
  }
}
