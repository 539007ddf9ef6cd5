import Autograd
import TensorCore
import Testing

/// Column counts around the width of a vector, 16.
let columnCounts = [1, 15, 16, 17, 33]

@Suite("Gradients of arithmetic")
struct ArithmeticGradientTests {
  @Test("a linear layer", arguments: columnCounts, [true, false])
  func linear(columns: Int, hasBias: Bool) {
    let operands = [
      Reference.random([3, 5], seed: 1), .random([5, columns], seed: 2), .random([columns], seed: 3),
    ]
    expectGradients(
      "linear to \(columns)", at: hasBias ? operands : Array(operands.prefix(2)),
      of: { $0[0].linear(weight: $0[1], bias: hasBias ? $0[2] : nil) },
      matching: { x in
        let product = x[0].matrixProduct(x[1])
        return hasBias ? product.addingRow(x[2]) : product
      })
  }

  @Test("a linear layer with many inputs", arguments: columnCounts)
  func linearFromMany(inputs: Int) {
    expectGradients(
      "linear from \(inputs)",
      at: [.random([2, inputs], seed: 4), .random([inputs, 3], seed: 5), .random([3], seed: 6)],
      of: { $0[0].linear(weight: $0[1], bias: $0[2]) },
      matching: { $0[0].matrixProduct($0[1]).addingRow($0[2]) })
  }

  @Test("a matrix product", arguments: columnCounts)
  func matrixProduct(columns: Int) {
    expectGradients(
      "matrix product, \(columns) columns", at: [.random([4, 3], seed: 7), .random([3, columns], seed: 8)],
      of: { $0[0].matrixProduct($0[1]) }, matching: { $0[0].matrixProduct($0[1]) })
  }

  @Test("a matrix times itself")
  func square() {
    expectGradients(
      "A A", at: [.random([5, 5], seed: 9)], of: { $0[0].matrixProduct($0[0]) },
      matching: { $0[0].matrixProduct($0[0]) })
  }

  @Test("sums, differences and products of elements", arguments: columnCounts)
  func elementwise(columns: Int) {
    let operands = [Reference.random([3, columns], seed: 10), .random([3, columns], seed: 11)]
    expectGradients("a + b", at: operands, of: { $0[0] + $0[1] }, matching: { $0[0] + $0[1] })
    expectGradients("a - b", at: operands, of: { $0[0] - $0[1] }, matching: { $0[0] - $0[1] })
    expectGradients("a * b", at: operands, of: { $0[0] * $0[1] }, matching: { $0[0] * $0[1] })
    expectGradients("-2.5 a", at: [operands[0]], of: { -2.5 * $0[0] }, matching: { -2.5 * $0[0] })
  }

  @Test("one variable as both operands")
  func sameOperand() {
    let x = [Reference.random([2, 17], seed: 12)]
    expectGradients("x + x", at: x, of: { $0[0] + $0[0] }, matching: { $0[0] + $0[0] })
    expectGradients("x * x", at: x, of: { $0[0] * $0[0] }, matching: { $0[0] * $0[0] })
    expectGradients("x - 3 x", at: x, of: { $0[0] - 3 * $0[0] }, matching: { $0[0] - 3 * $0[0] })
  }

  @Test("a row added to every row", arguments: columnCounts)
  func addingRow(columns: Int) {
    expectGradients(
      "adding a row of \(columns)", at: [.random([2, 3, columns], seed: 13), .random([columns], seed: 14)],
      of: { $0[0].addingRow($0[1]) }, matching: { $0[0].addingRow($0[1]) })
  }

  @Test("new shapes")
  func reshaping() {
    let x = [Reference.random([3, 2, 5], seed: 15)]
    expectGradients("reshaped", at: x, of: { $0[0].reshaped(to: [6, 5]) }, matching: { $0[0].reshaped(to: [6, 5]) })
    expectGradients("flattened", at: x, of: { $0[0].flattenedRows() }, matching: { $0[0].reshaped(to: [3, 10]) })
    expectGradients(
      "under two shapes", at: x,
      of: { $0[0].flattenedRows().sum() + ($0[0].reshaped(to: [30]) * $0[0].reshaped(to: [30])).sum() },
      matching: { $0[0].sum() + ($0[0] * $0[0]).sum() })
  }

  @Test("the sum and the mean", arguments: columnCounts)
  func sumAndMean(columns: Int) {
    let x = [Reference.random([3, columns], seed: 16, low: 0.1)]
    expectGradients("sum", at: x, of: { $0[0].sum() }, matching: { $0[0].sum() })
    expectGradients("mean", at: x, of: { $0[0].mean() }, matching: { $0[0].mean() })
  }
}
