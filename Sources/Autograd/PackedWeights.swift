import TensorCore

/// The weights of a step's linear layers in the form in which matrix products read them, W for the forward and W^T for the
/// backward pass: packed by the first lane that needs them, read by all.
///
/// One for each step: it does not see that parameters change. What products give are the bits of products with the weights
/// themselves.
public final class PackedWeights {
  /// With more rows than this in a lane, packing is a small part of a product, and the memory of two more copies of the
  /// weights is saved. With 256, steps of GPT-2 in four lanes were a few percent faster with packed weights.
  static let mostRows = 256

  private struct Key: Hashable {
    let parameter: Int
    let isTransposed: Bool
  }

  private var matrices: [Key: PackedMatrix] = [:]

  public init() {}

  func matrix(_ parameter: Int, _ weight: Tensor, transposing: Bool) -> PackedMatrix {
    let key = Key(parameter: parameter, isTransposed: transposing)
    if let known = matrices[key] { return known }
    let packed = weight.packed(transposing: transposing)
    matrices[key] = packed
    return packed
  }
}

extension Tape {
  /// op(W) for a product with `rows` rows: packed, where W is a parameter and the lanes of a step share packed weights.
  func rightOperand(_ weight: Variable, transposing: Bool = false, rows: Int) -> RightOperand {
    guard let packedWeights, rows <= PackedWeights.mostRows, let index = parameterIndex(of: weight) else {
      return RightOperand(weight.value, transposing: transposing)
    }
    return RightOperand(packedWeights.matrix(index, weight.value, transposing: transposing))
  }
}
