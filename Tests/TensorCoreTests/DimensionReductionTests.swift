import TensorCore
import TestSupport
import Testing

@Suite("Reductions over dimensions")
struct DimensionReductionTests {
  private let backends = [1, 2, 3, 4].map { Backend(threads: $0) }

  static let cases: [([Int], [Int])] = [
    ([5], [0]), ([2, 3], [1]), ([2, 3], [0]), ([2, 3], [0, 1]), ([2, 3], []), ([2, 3, 4], [1]), ([2, 3, 4], [0, 2]),
    ([2, 3, 4], [-1, -2]), ([2, 3, 4, 5], [1, 3]), ([2, 3, 4, 5], [0, 2]), ([2, 0, 3], [1]), ([0, 3], [1]),
    ([3, 1, 4], [1]), ([7, 100, 33], [1]), ([40, 300, 20], [0, 2]), ([6, 9000], [1]), ([300, 500], [0]),
  ]

  @Test("sums, means and maxima are those of the elements they cover", arguments: cases)
  func values(extents: [Int], dimensions: [Int]) {
    let shape = Shape(extents)
    let xs = seededValues(shape.count, seed: 3)
    let places = Set(dimensions.map { $0 < 0 ? $0 + extents.count : $0 })
    let kept = Shape(extents.indices.map { places.contains($0) ? 1 : extents[$0] })
    let dropped = Shape(extents.indices.filter { !places.contains($0) }.map { extents[$0] })
    var (sums, maxima) = ([Double](repeating: 0, count: kept.count), [Float](repeating: -.infinity, count: kept.count))
    for (index, x) in zip(indices(of: shape), xs) {
      let at = place(of: index, in: kept)
      sums[at] += Double(x)
      maxima[at] = max(maxima[at], x)
    }
    let x = Tensor(xs, shape, on: backends[0])
    #expect(x.sum(over: dimensions).shape == dropped)
    #expect(x.sum(over: dimensions, keepingDimensions: true).shape == kept)
    expectClose(x.sum(over: dimensions).values, sums.map(Float.init), tolerance: 1e-4, "sums")
    if kept.count > 0 && shape.count > 0 {
      let share = Double(kept.count) / Double(shape.count)
      expectClose(x.mean(over: dimensions).values, sums.map { Float($0 * share) }, tolerance: 1e-5, "means")
      #expect(x.maximum(over: dimensions).values == maxima)
    }
    for backend in backends.dropFirst() {
      let other = Tensor(xs, shape, on: backend)
      #expect(other.sum(over: dimensions).values == x.sum(over: dimensions).values, "\(backend.threads.size) threads")
    }
  }

  @Test("the sum over a dimension that others follow is a chain; over the last, lanes", arguments: [1, 3])
  func order(threads: Int) {
    let xs = seededValues(60 * 50, seed: 4).map { $0 * 1e6 }
    let x = Tensor(xs, [60, 50], on: Backend(threads: threads))
    let columns = (0..<50).map { column in (0..<60).reduce(Float(0)) { $0 + xs[$1 * 50 + column] } }
    #expect(x.sum(over: [0]).values == columns)
    let rows = (0..<60).map { row in Tensor(Array(xs[row * 50..<(row + 1) * 50]), [50], on: x.backend).sum() }
    #expect(x.sum(over: [1]).values == rows)
  }

  @Test("a gradient is summed along every dimension in which its operand was repeated")
  func broadcastSums() {
    for (from, to) in [
      ([2, 3], [3]), ([2, 3], [2, 1]), ([2, 3], []), ([4, 2, 3], [2, 1]), ([2, 3, 4, 5], [3, 1, 5]), ([2, 3], [2, 3]),
    ] as [([Int], [Int])] {
      let (shape, target) = (Shape(from), Shape(to))
      let xs = (0..<shape.count).map { Float($0 % 11) }
      var expected = [Float](repeating: 100, count: target.count)
      for (index, x) in zip(indices(of: shape), xs) { expected[place(of: index, in: target)] += x }
      let sum = Tensor(filledWith: 100, target, on: backends[0])
      sum.accumulatingDestination.writeSum(broadcast: Tensor(xs, shape, on: backends[0]))
      #expect(sum.values == expected, "\(from) to \(to)")
    }
  }
}
