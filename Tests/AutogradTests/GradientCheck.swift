import Autograd
import TensorCore
import TestSupport
import Testing

/// Checks an operation of the tape against its Float64 reference: the value, and the gradient of every operand against
/// central differences, within 1e-5 of the operand's largest.
///
/// Three times: with parameters as operands; applied twice to them, so that the second contribution is added to the
/// first in the arena; and applied three times to variables between the parameters and the operation.
func expectGradients(
  _ what: String, at operands: [Reference], of operation: ([Variable]) -> Variable,
  matching reference: ([Reference]) -> Reference, sourceLocation: SourceLocation = #_sourceLocation
) {
  let check = GradientCheck(operands, reference)
  let uses: [(String, factors: [Float], isInterior: Bool)] = [
    ("parameters", [1], false), ("parameters, twice", [1, 0.5], false), ("variables, thrice", [1, 0.5, 0.25], true),
  ]
  for (use, factors, isInterior) in uses {
    let gradients = check.tapeGradients(of: operation, factors: factors, isInterior: isInterior) { y in
      check.expectValue(y, what, sourceLocation)
    }
    for index in operands.indices {
      let expected = check.differences[index].map { $0 * Double(factors.reduce(0, +)) }
      let largest = expected.map(abs).max() ?? 0
      let error = zip(gradients[index], expected).map { abs(Double($0) - $1) }.max() ?? 0
      #expect(
        error <= 1e-5 * max(largest, 1e-6), "\(what), operand \(index) of \(operands[index].shape), \(use)",
        sourceLocation: sourceLocation)
    }
  }
}

/// The loss is the sum of the operation's values times fixed weights, so that every element matters differently.
private struct GradientCheck {
  let operands: [Reference]
  let value: Reference
  let weights: Reference
  /// For each operand, the derivative of the loss by each of its elements.
  let differences: [[Double]]
  private let backend = Backend(threads: 1)

  init(_ operands: [Reference], _ reference: ([Reference]) -> Reference) {
    let value = reference(operands)
    let weights = Reference(value.shape, seededValues(value.values.count, seed: 99, low: 0.5, high: 2).map(Double.init))
    self.operands = operands
    self.value = value
    self.weights = weights
    differences = operands.indices.map { index in
      Self.centralDifferences(operands, index) { (weights * reference($0)).sum().values[0] }
    }
  }

  private static func centralDifferences(
    _ operands: [Reference], _ index: Int, of loss: ([Reference]) -> Double
  ) -> [Double] {
    let step = 1e-5
    return operands[index].values.indices.map { element in
      var moved = operands
      moved[index].values[element] += step
      let above = loss(moved)
      moved[index].values[element] -= 2 * step
      return (above - loss(moved)) / (2 * step)
    }
  }

  /// The gradients that the tape finds for the sum of `factor` times the loss over `factors`.
  func tapeGradients(
    of operation: ([Variable]) -> Variable, factors: [Float], isInterior: Bool, inspect: (Tensor) -> Void
  ) -> [[Float]] {
    var layout = ParameterLayout()
    for (index, operand) in operands.enumerated() { _ = layout.append(name: "operand \(index)", shape: operand.shape) }
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    for (index, operand) in operands.enumerated() {
      parameters.write(operand.values.map(Float.init), to: index)
      gradients.write(operand.values.map { _ in .nan }, to: index)
    }
    let tape = Tape(parameters: parameters, gradients: gradients)
    var variables = operands.indices.map(tape.parameter)
    if isInterior { variables = variables.map { 1 * $0 } }
    let weights = tape.constant(Tensor(self.weights.values.map(Float.init), self.weights.shape, on: backend))
    let losses = factors.map { factor in
      let y = operation(variables)
      inspect(y.value)
      return factor * (weights * y).sum()
    }
    tape.backward(from: losses.dropFirst().reduce(losses[0], +))
    return operands.indices.map { gradients.tensor($0).values }
  }

  func expectValue(_ y: Tensor, _ what: String, _ sourceLocation: SourceLocation) {
    guard y.shape == value.shape else {
      Issue.record("\(what) has shape \(y.shape), not \(value.shape)", sourceLocation: sourceLocation)
      return
    }
    expectClose(y.values, value.values.map(Float.init), tolerance: 1e-5, what, sourceLocation: sourceLocation)
  }
}

extension Arena {
  func write(_ values: [Float], to index: Int) {
    destination(index, accumulates: false).withMutableValues { memory in _ = memory.update(fromContentsOf: values) }
  }
}

extension Reference {
  /// Seeded values in low ..< high that are Float32 exactly.
  static func random(_ shape: Shape, seed: UInt64, low: Float = -1, high: Float = 1) -> Reference {
    Reference(shape, seededValues(shape.count, seed: seed, low: low, high: high).map(Double.init))
  }

  func tensor(on backend: Backend) -> Tensor { Tensor(values.map(Float.init), shape, on: backend) }
}
