import Glibc
import KernelInterface
import TensorCore

/// The operations of the tape once more, forward only, in Float64 and in the plainest way: what the gradients of the
/// real ones are measured against.
struct Reference {
  let shape: Shape
  var values: [Double]

  init(_ shape: Shape, _ values: [Double]) {
    precondition(values.count == shape.count)
    self.shape = shape
    self.values = values
  }

  subscript(row: Int, column: Int) -> Double { values[row * shape.columns + column] }

  private func map(_ transform: (Double) -> Double) -> Reference { Reference(shape, values.map(transform)) }

  private func zipped(_ other: Reference, _ combine: (Double, Double) -> Double) -> Reference {
    precondition(shape == other.shape)
    return Reference(shape, zip(values, other.values).map(combine))
  }
}

// MARK: - Linear algebra and arithmetic

extension Reference {
  func matrixProduct(_ other: Reference) -> Reference {
    var product: [Double] = []
    for row in 0..<shape.rows {
      for column in 0..<other.shape.columns {
        var sum = 0.0
        for k in 0..<shape.columns { sum += self[row, k] * other[k, column] }
        product.append(sum)
      }
    }
    return Reference([shape.rows, other.shape.columns], product)
  }

  func addingRow(_ row: Reference) -> Reference {
    Reference(shape, values.indices.map { values[$0] + row.values[$0 % shape.columns] })
  }

  static func + (a: Reference, b: Reference) -> Reference { a.zipped(b, +) }
  static func - (a: Reference, b: Reference) -> Reference { a.zipped(b, -) }
  static func * (a: Reference, b: Reference) -> Reference { a.zipped(b, *) }
  static func * (factor: Double, x: Reference) -> Reference { x.map { factor * $0 } }

  func reshaped(to newShape: Shape) -> Reference { Reference(newShape, values) }
  func sum() -> Reference { Reference(.scalar, [values.reduce(0, +)]) }
  func mean() -> Reference { Reference(.scalar, [values.reduce(0, +) / Double(values.count)]) }
}

// MARK: - Functions of elements and rows

extension Reference {
  func activated(_ activation: Activation) -> Reference { map { Self.activate(activation, $0) } }

  private static func activate(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .identity: x
    case .relu: max(x, 0)
    case .leakyReLU(let slope): x > 0 ? x : Double(slope) * x
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: Glibc.tanh(x)
    case .gelu: x * (1 + erf(x / 2.0.squareRoot())) / 2
    case .geluTanh: x * (1 + Glibc.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) / 2
    case .silu: x / (1 + exp(-x))
    }
  }

  func softmax() -> Reference {
    var probabilities: [Double] = []
    for row in 0..<shape.rows {
      let powers = (0..<shape.columns).map { exp(self[row, $0]) }
      let sum = powers.reduce(0, +)
      probabilities += powers.map { $0 / sum }
    }
    return Reference(shape, probabilities)
  }

  /// Element i is dropped where u(i) of `key`'s stream is less than `rate`; see `Kernels.fillUniform` for u.
  func dropout(rate: Float, key: RandomKey) -> Reference {
    Reference(
      shape,
      values.indices.map { element in
        let u = Float(key.bits(at: element) >> 8) / 16_777_216
        return u >= rate ? values[element] / (1 - Double(rate)) : 0
      })
  }
}

// MARK: - Losses

extension Reference {
  func meanSquaredError(_ targets: Reference) -> Reference { zipped(targets) { ($0 - $1) * ($0 - $1) }.mean() }
  func meanAbsoluteError(_ targets: Reference) -> Reference { zipped(targets) { abs($0 - $1) }.mean() }

  func binaryCrossEntropyWithLogits(_ targets: Reference) -> Reference {
    zipped(targets) { x, t in t * log1p(exp(-x)) + (1 - t) * log1p(exp(x)) }.mean()
  }

  func crossEntropy(labels: [Int32]) -> Reference {
    let probabilities = softmax()
    let losses = labels.indices.map { -log(probabilities[$0, Int(labels[$0])]) }
    return Reference([labels.count], losses).mean()
  }
}
