import KernelInterface
import TensorCore

/// What a parameter is before the first step. Fans are the numbers of values that enter and leave one unit.
public enum Initializer: Hashable, Sendable {
  case zeros
  case ones
  /// Uniform in -bound ..< bound.
  case uniform(bound: Float)
  /// Uniform with variance 2 / fanIn, which keeps the size of the activations through layers of ReLU: the bound is
  /// sqrt(6 / fanIn). He, Zhang, Ren and Sun, "Delving deep into rectifiers", ICCV 2015, equation 10.
  case kaimingUniform(fanIn: Int)
  /// Uniform with variance 2 / (fanIn + fanOut), a balance between activations and gradients for tanh: the bound is
  /// sqrt(6 / (fanIn + fanOut)). Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
  /// networks", AISTATS 2010, equation 16.
  case xavierUniform(fanIn: Int, fanOut: Int)
  /// Normally distributed about 0.
  case normal(deviation: Float)
  /// Normally distributed about 0, with one deviation in the first columns and another in the rest: queries beside keys and values.
  case normalColumns(first: Int, deviation: Float, rest: Float)

  /// Fills `destination`; random values come from `key`'s stream.
  func write(to destination: TensorDestination, key: RandomKey) {
    switch self {
    case .zeros: destination.fill(with: 0)
    case .ones: destination.fill(with: 1)
    case .uniform(let bound):
      destination.writeUniform(low: -bound, high: bound, key: key)
    case .kaimingUniform(let fanIn):
      Initializer.uniform(bound: (6 / Float(fanIn)).squareRoot()).write(to: destination, key: key)
    case .xavierUniform(let fanIn, let fanOut):
      Initializer.uniform(bound: (6 / Float(fanIn + fanOut)).squareRoot()).write(to: destination, key: key)
    case .normal(let deviation):
      destination.writeNormal(deviation: deviation, key: key)
    case .normalColumns(let first, let deviation, let rest):
      destination.writeNormal(deviation: rest, key: key)
      let columns = destination.shape.columns
      destination.withMutableValues { values in
        for index in values.indices where index % columns < first { values[index] *= deviation / rest }
      }
    }
  }
}
