import Autograd

/// Multi-head attention of a sequence to itself (Vaswani et al. 2017, section 3.2): [batch, time, width] -> the same.
///
/// Parameters: `projection` [width, 3 width] makes queries, keys and values of each position; `output` [width, width].
public struct SelfAttention: Layer {
  private let projection: Linear
  private let output: Linear
  private let heads: Int
  private let isCausal: Bool

  /// - Parameters:
  ///   - heads: divides the width.
  ///   - isCausal: whether a position sees only itself and those before it.
  public init(
    width: Int, heads: Int, isCausal: Bool, start: TransformerBlock.Start = .byInputs,
    in builder: inout ParameterBuilder
  ) {
    precondition(heads > 0 && width % heads == 0, "\(heads) heads share a width of \(width)")
    projection = builder.scope("projection") {
      Linear(inputs: width, outputs: 3 * width, weight: start.weight, bias: start.bias, in: &$0)
    }
    output = builder.scope("output") {
      Linear(inputs: width, outputs: width, weight: start.residualWeight, bias: start.bias, in: &$0)
    }
    self.heads = heads
    self.isCausal = isCausal
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    let attended = projection.forward(x, context).attention(heads: heads, isCausal: isCausal)
    return output.forward(attended, context)
  }
}
