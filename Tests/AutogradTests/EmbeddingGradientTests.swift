import Autograd
import TensorCore
import TestSupport
import Testing

@Suite("Gradients of embeddings and projected cross-entropy")
struct EmbeddingGradientTests {
  private let backend = Backend(threads: 1)
  private let ids: [Int32] = [3, 0, 3, 5, 3, 0]

  @Test("rows of a table, some of them more than once", arguments: columnCounts)
  func rows(width: Int) {
    expectGradients(
      "rows", at: [.random([6, width], seed: 220)], of: { $0[0].rows(at: ids) }, matching: { $0[0].rows(at: ids) })
  }

  @Test("the row of the padding id is read, but gets no gradient")
  func padding() {
    expectGradients(
      "rows with padding", at: [.random([6, 4], seed: 221)],
      of: { $0[0].rows(at: ids, padding: 3) },
      matching: { table in
        // What does not move with the table has no gradient.
        let fixed = Reference.random([6, 4], seed: 221)
        var rows = table[0].rows(at: ids)
        let still = fixed.rows(at: ids)
        for i in ids.indices where ids[i] == 3 {
          for c in 0..<4 { rows.values[i * 4 + c] = still.values[i * 4 + c] }
        }
        return rows
      })
  }

  @Test("no ids give no rows and gradients of zero")
  func noIDs() {
    var layout = ParameterLayout()
    let table = layout.append(name: "table", shape: [3, 2])
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    gradients.write(Array(repeating: .nan, count: 6), to: table)
    let tape = Tape(parameters: parameters, gradients: gradients)
    let rows = tape.parameter(table).rows(at: [])
    #expect(rows.shape == [0, 2])
    tape.backward(from: rows.sum())
    #expect(gradients.tensor(table).values == Array(repeating: 0, count: 6))
  }

  static let labelings: [[Int32]] = [[0, 4, 2, 2], [-1, 4, -1, 0], [3, -1, 1, 4]]

  @Test("cross-entropy of a projection, ignored labels left out", arguments: labelings)
  func projectedCrossEntropy(labels: [Int32]) {
    let operands: [Reference] = [
      .random([4, 3], seed: 222), .random([3, 5], seed: 223), .random([5], seed: 224),
    ]
    expectGradients("projected cross-entropy", at: operands) {
      $0[0].crossEntropy(projectedBy: $0[1], bias: $0[2], labels: labels)
    } matching: {
      $0[0].matrixProduct($0[1]).addingRow($0[2]).crossEntropy(labels: labels, ignoring: -1)
    }
    expectGradients("without a bias", at: Array(operands.prefix(2))) {
      $0[0].crossEntropy(projectedBy: $0[1], labels: labels)
    } matching: {
      $0[0].matrixProduct($0[1]).crossEntropy(labels: labels, ignoring: -1)
    }
  }

  @Test("the projection is the embedding table: its gradient has two parts", arguments: labelings)
  func tiedTable(labels: [Int32]) {
    let operands: [Reference] = [.random([5, 6], seed: 225), .random([4, 6], seed: 226)]
    let ids: [Int32] = [1, 4, 1, 0]
    expectGradients("tied projection", at: operands) {
      ($0[0].rows(at: ids) * $0[1]).crossEntropy(projectedBy: $0[0], transposed: true, labels: labels)
    } matching: {
      ($0[0].rows(at: ids) * $0[1]).matrixProduct($0[0].transposed()).crossEntropy(labels: labels, ignoring: -1)
    }
  }

  @Test(
    "classes that come in several chunks give the loss and the gradients of whole logits", arguments: [false, true])
  func chunks(transposed: Bool) {
    // 600 tokens take 1,536 classes at a time.
    let (tokens, classes, width) = (600, 3_700, 4)
    let shapes: [Shape] = [[tokens, width], transposed ? [classes, width] : [width, classes], [classes]]
    let labels = (0..<tokens).map { Int32($0 < 6 ? 1534 + $0 : $0 * 997 % classes) }
    let results = [false, true].map { isProjected in
      var layout = ParameterLayout()
      for (index, shape) in shapes.enumerated() { _ = layout.append(name: "operand \(index)", shape: shape) }
      let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
      for (index, shape) in shapes.enumerated() {
        parameters.write(seededValues(shape.count, seed: UInt64(230 + index), low: -2, high: 2), to: index)
      }
      let tape = Tape(parameters: parameters, gradients: gradients)
      let (x, weight, bias) = (tape.parameter(0), tape.parameter(1), tape.parameter(2))
      let loss =
        isProjected
        ? x.crossEntropy(projectedBy: weight, transposed: transposed, bias: bias, labels: labels)
        : x.linear(weight: transposed ? weight.transposed() : weight, bias: bias).crossEntropy(labels: labels)
      tape.backward(from: loss)
      return [[loss.value.scalar]] + shapes.indices.map { gradients.tensor($0).values.map { 600 * $0 } }
    }
    for (actual, expected) in zip(results[1], results[0]) {
      expectClose(actual, expected, tolerance: 2e-5, "transposed: \(transposed)")
    }
  }

  @Test("where every label is ignored, loss and gradients are 0")
  func allIgnored() {
    var layout = ParameterLayout()
    let (x, weight) = (layout.append(name: "x", shape: [2, 3]), layout.append(name: "weight", shape: [3, 4]))
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    gradients.write(Array(repeating: .nan, count: 6), to: x)
    gradients.write(Array(repeating: .nan, count: 12), to: weight)
    let tape = Tape(parameters: parameters, gradients: gradients)
    let loss = tape.parameter(x).crossEntropy(projectedBy: tape.parameter(weight), labels: [-1, -1])
    tape.backward(from: loss)
    #expect(loss.value.scalar == 0)
    #expect(gradients.tensor(x).values.allSatisfy { $0 == 0 })
    #expect(gradients.tensor(weight).values.allSatisfy { $0 == 0 })
  }

  @Test("a projection that is data gets no gradient, x does")
  func frozenProjection() {
    let weight = Reference.random([5, 3], seed: 227)
    let tensor = weight.tensor(on: backend)
    expectGradients("frozen projection", at: [.random([4, 3], seed: 228)]) {
      $0[0].crossEntropy(projectedBy: $0[0].tape.constant(tensor), transposed: true, labels: [1, 0, 4, 4])
    } matching: {
      $0[0].matrixProduct(weight.transposed()).crossEntropy(labels: [1, 0, 4, 4])
    }
  }
}
