import KernelInterface
import TensorCore
import TestSupport
import Testing

@Suite("Broadcasting")
struct BroadcastingTests {
  private let backends = [Backend(threads: 1), Backend(threads: 3)]

  @Test(
    "shapes broadcast by NumPy's rules",
    arguments: [
      ([], [], []), ([3], [], [3]), ([2, 3], [3], [2, 3]), ([2, 1], [3], [2, 3]), ([4, 1, 5], [2, 1], [4, 2, 5]),
      ([0, 3], [1, 3], [0, 3]), ([0], [1], [0]), ([2], [3], nil), ([2, 3], [2], nil), ([0], [2], nil),
    ] as [([Int], [Int], [Int]?)])
  func shapes(a: [Int], b: [Int], common: [Int]?) {
    #expect(Shape(a).broadcast(with: Shape(b))?.dimensions == common)
    #expect(Shape(b).broadcast(with: Shape(a))?.dimensions == common)
  }

  static let pairs: [([Int], [Int])] = [
    ([], []), ([5], []), ([2, 3], [2, 3]), ([4, 10], [10]), ([4, 10], [4, 1]), ([3, 1, 5], [2, 1]), ([1, 7], [6, 1]),
    ([2, 3, 4, 5], [3, 1, 5]), ([2, 1, 4, 1], [1, 3, 1, 5]), ([0, 3], [3]), ([2, 0], [2, 1]), ([300, 501], [300, 1]),
    ([400_000], [1]), ([3, 70_000], [70_000]),
  ]

  @Test("every element meets its partner, on any number of threads", arguments: pairs)
  func elements(a: [Int], b: [Int]) {
    let (aShape, bShape) = (Shape(a), Shape(b))
    let aValues = seededValues(aShape.count, seed: 1)
    let bValues = seededValues(bShape.count, seed: 2, low: 1, high: 2)
    guard let common = aShape.broadcast(with: bShape) else { preconditionFailure("the shapes go together") }
    let places = indices(of: common).map { (place(of: $0, in: aShape), place(of: $0, in: bShape)) }
    for backend in backends {
      let (x, y) = (Tensor(aValues, aShape, on: backend), Tensor(bValues, bShape, on: backend))
      for (result, operation) in [
        (x + y, { $0 + $1 }), (x - y, { $0 - $1 }), (x * y, { $0 * $1 }), (x / y, { $0 / $1 }),
      ]
        as [(Tensor, (Float, Float) -> Float)]
      {
        #expect(result.shape == common)
        #expect(result.values == places.map { operation(aValues[$0], bValues[$1]) })
      }
      #expect((y - x).values == places.map { bValues[$1] - aValues[$0] })
      let sum = Tensor(filledWith: 0.5, common, on: backend)
      sum.accumulatingDestination.write(.maximum, x, y)
      #expect(sum.values == places.map { 0.5 + max(aValues[$0], bValues[$1]) })
    }
  }

  @Test("shapes that do not go together end the program with both in the message")
  func mismatch() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let backend = Backend(threads: 1)
      _ = Tensor(filledWith: 1, [2, 3], on: backend) + Tensor(filledWith: 1, [2, 2], on: backend)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("[2, 3] and [2, 2]"))
  }
}

/// The indices of all elements, the innermost running fastest.
func indices(of shape: Shape) -> [[Int]] {
  shape.dimensions.reduce([[]]) { indices, extent in indices.flatMap { index in (0..<extent).map { index + [$0] } } }
}

/// Where the element at `index` lies in a tensor of `shape`, which may have fewer dimensions or extents of 1.
func place(of index: [Int], in shape: Shape) -> Int {
  let own = index.suffix(shape.rank)
  return zip(own, shape.dimensions).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }
}
