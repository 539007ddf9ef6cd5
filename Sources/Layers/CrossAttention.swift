import Autograd
import TensorCore

/// Attention of one sequence to another, as a decoder reads what its encoder gave (Vaswani et al. 2017, section 3.2.3):
/// [batch, time, width] over [batch, sourceTime, width] -> [batch, time, width].
///
/// Parameters: `queries` [width, heads headSize], `keys_values` [width, 2 heads headSize], `output`; no biases.
public struct CrossAttention: Sendable {
  private let queries: Linear
  private let keysValues: Linear
  private let output: Linear
  private let heads: Int
  private let scale: Float?

  /// - Parameter scale: what the products of queries and keys are multiplied by; `nil`: 1 / sqrt(headSize).
  public init(
    width: Int, heads: Int, headSize: Int, scale: Float? = nil, queryStart: Initializer? = nil,
    start: TransformerBlock.Start = .byInputs, in builder: inout ParameterBuilder
  ) {
    let inner = heads * headSize
    queries = builder.scope("queries") {
      Linear(inputs: width, outputs: inner, hasBias: false, weight: queryStart ?? start.weight, in: &$0)
    }
    keysValues = builder.scope("keys_values") {
      Linear(inputs: width, outputs: 2 * inner, hasBias: false, weight: start.weight, in: &$0)
    }
    output = builder.scope("output") {
      Linear(inputs: inner, outputs: width, hasBias: false, weight: start.residualWeight, in: &$0)
    }
    self.heads = heads
    self.scale = scale
  }

  /// - Parameters:
  ///   - source: what is read.
  ///   - visibleKeys: which of it.
  public func forward(
    _ x: Variable, over source: Variable, visibleKeys: VisibleKeys, _ context: ForwardContext
  ) -> Variable {
    let attended = queries.forward(x, context).attention(
      over: keysValues.forward(source, context), heads: heads, scale: scale, visibleKeys: visibleKeys)
    return output.forward(attended, context)
  }
}
