import Autograd
import KernelInterface
import TensorCore
import Testing

@Suite("Gradients of moving values")
struct MovementGradientTests {
  @Test("transposes and permutations", arguments: [[0, 2, 1], [2, 1, 0], [1, 2, 0], [0, 1, 2]])
  func permutations(order: [Int]) {
    let x = [Reference.random([2, 3, 17], seed: 50)]
    expectGradients("permuted", at: x, of: { $0[0].permuted(order) }, matching: { $0[0].permuted(order) })
    expectGradients("transposed", at: x, of: { $0[0].transposed() }, matching: { $0[0].permuted([0, 2, 1]) })
  }

  @Test("slices and concatenations", arguments: [0, 1, 2, -1])
  func slices(dimension: Int) {
    let operands = [Reference.random([4, 4, 4], seed: 51), .random([4, 4, 4], seed: 52)]
    expectGradients(
      "slice", at: [operands[0]], of: { $0[0].sliced(dimension: dimension, range: 1..<3) },
      matching: { $0[0].sliced(dimension, 1..<3) })
    expectGradients(
      "concatenation of slices", at: operands,
      of: { x in
        .concatenated(
          [x[0].sliced(dimension: dimension, range: 2..<4), x[1].sliced(dimension: dimension, range: 0..<2)],
          dimension: dimension)
      },
      matching: { $0[0].sliced(dimension, 2..<4).joined($0[1].sliced(dimension, 0..<2), dimension) })
  }

  @Test("rotary position embedding", arguments: [RotaryPairing.halves, .neighbours], [nil, 0..<2] as [Range<Int>?])
  func rotary(pairing: RotaryPairing, heads: Range<Int>?) {
    let table = RotaryTable(positions: 9, frequencies: [1, 0.3, 0.01], on: Backend(threads: 1))
    let turned = heads ?? 0..<3
    expectGradients(
      "rotary", at: [.random([2, 5, 18], seed: 53)],
      of: { $0[0].rotated(by: table, heads: heads, offset: 4, pairing: pairing) },
      matching: { $0[0].rotated([1, 0.3, 0.01], turned, offset: 4, pairing) })
  }
}
