import Glibc
import TensorCore

// What language models and recurrent networks are made of, forward only, in Float64.

extension Reference {
  func rows(at ids: [Int32]) -> Reference {
    let width = shape.dimensions.dropFirst().reduce(1, *)
    return Reference(
      Shape([ids.count] + shape.dimensions.dropFirst()),
      ids.flatMap { values[Int($0) * width..<(Int($0) + 1) * width] })
  }

  func transposed() -> Reference {
    Reference(
      [shape[1], shape[0]], (0..<shape[1]).flatMap { column in (0..<shape[0]).map { self[$0, column] } })
  }

  /// The mean over the rows whose label is not `ignored`.
  func crossEntropy(labels: [Int32], ignoring ignored: Int32) -> Reference {
    let counted = labels.indices.filter { labels[$0] != ignored }
    return rows(at: counted.map { Int32($0) }).crossEntropy(labels: counted.map { labels[$0] })
  }

  /// Step `time` of [batch, time, ...].
  func step(_ time: Int) -> Reference {
    Reference([shape[0] * shape[1], shape[2]], values).rows(at: (0..<shape[0]).map { Int32($0 * shape[1] + time) })
  }

  /// [batch, time, ...] of its steps, in any order.
  init(steps: [Int: Reference]) {
    let one = steps[0]!
    var values: [Double] = []
    for row in 0..<one.shape[0] {
      for time in 0..<steps.count { values += (0..<one.shape[1]).map { steps[time]![row, $0] } }
    }
    self.init([one.shape[0], steps.count, one.shape[1]], values)
  }
}

/// The textbook's loops over an LSTM or GRU layer.
struct RecurrentReference {
  var isReversed = false
  var lengths: [Int32]?
  private let sigmoid = { (x: Double) in 1 / (1 + exp(-x)) }

  init(isReversed: Bool = false, lengths: [Int32]? = nil) {
    self.isReversed = isReversed
    self.lengths = lengths
  }

  /// All h, the last h, and the last c.
  func lstm(
    _ x: Reference, _ weight: Reference, _ recurrent: Reference, _ bias: Reference,
    initial: (Reference, Reference)? = nil
  ) -> (Reference, Reference, Reference) {
    let zeros = Reference.zeros([x.shape[0], recurrent.shape[0]])
    var (h, c) = initial ?? (zeros, zeros)
    var steps: [Int: Reference] = [:]
    let units = h.shape[1]
    forEachStep(x) { time, xt in
      let a = (xt.matrixProduct(weight) + h.matrixProduct(recurrent)).addingRow(bias)
      var (nextH, nextC) = (h, c)
      for row in 0..<h.shape[0] where time < lengths?[row] ?? .max {
        for unit in 0..<units {
          let gate = { (index: Int) in a[row, index * units + unit] }
          let cell = sigmoid(gate(1)) * c[row, unit] + sigmoid(gate(0)) * tanh(gate(2))
          nextC.values[row * units + unit] = cell
          nextH.values[row * units + unit] = sigmoid(gate(3)) * tanh(cell)
        }
      }
      (h, c) = (nextH, nextC)
      steps[time] = h
    }
    return (Reference(steps: steps), h, c)
  }

  /// All h and the last h.
  func gru(
    _ x: Reference, _ weight: Reference, _ recurrent: Reference, _ bias: Reference, _ recurrentBias: Reference,
    initial: Reference? = nil
  ) -> (Reference, Reference) {
    var h = initial ?? .zeros([x.shape[0], recurrent.shape[0]])
    var steps: [Int: Reference] = [:]
    let units = h.shape[1]
    forEachStep(x) { time, xt in
      let a = xt.matrixProduct(weight).addingRow(bias)
      let u = h.matrixProduct(recurrent).addingRow(recurrentBias)
      var next = h
      for row in 0..<h.shape[0] where time < lengths?[row] ?? .max {
        for unit in 0..<units {
          let sum = { (index: Int) in a[row, index * units + unit] + u[row, index * units + unit] }
          let (r, z) = (sigmoid(sum(0)), sigmoid(sum(1)))
          let n = tanh(a[row, 2 * units + unit] + r * u[row, 2 * units + unit])
          next.values[row * units + unit] = (1 - z) * n + z * h[row, unit]
        }
      }
      h = next
      steps[time] = h
    }
    return (Reference(steps: steps), h)
  }

  private func forEachStep(_ x: Reference, _ body: (Int, Reference) -> Void) {
    let times = Array(0..<x.shape[1])
    for time in isReversed ? times.reversed() : times { body(time, x.step(time)) }
  }
}

extension Reference {
  static func zeros(_ shape: Shape) -> Reference { Reference(shape, Array(repeating: 0, count: shape.count)) }
}
