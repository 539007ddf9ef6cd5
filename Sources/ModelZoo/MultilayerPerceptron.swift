import KernelInterface
import Layers

/// Linear layers with an activation between them (and dropout behind each activation):
/// [batch, ...] -> [batch, outputs], where the input's other dimensions are flattened.
///
/// Without hidden layers it is linear regression, or logistic or softmax regression, by the loss it is trained with.
/// Parameters: `layers.i.weight` and `layers.i.bias`, i = 0 for the layer nearest the input.
public struct MultilayerPerceptron: Sendable {
  /// Features of one sample.
  public var inputs: Int
  /// The width of each hidden layer.
  public var hidden: [Int]
  /// Predictions for one sample: classes, or values.
  public var outputs: Int
  public var activation: Activation
  /// The probability with which a hidden value is dropped while training, in 0 ..< 1.
  public var dropout: Float

  public init(inputs: Int, hidden: [Int], outputs: Int, activation: Activation = .relu, dropout: Float = 0) {
    self.inputs = inputs
    self.hidden = hidden
    self.outputs = outputs
    self.activation = activation
    self.dropout = dropout
  }

  public func makeModel() -> Model {
    var builder = ParameterBuilder()
    var layers: [any Layer] = [Flatten()]
    let widths = [inputs] + hidden + [outputs]
    for index in 0..<widths.count - 1 {
      if index > 0 && dropout > 0 { layers.append(Dropout(rate: dropout, in: &builder)) }
      let activation = index < hidden.count ? activation : .identity
      layers.append(
        builder.scope("layers.\(index)") {
          Linear(inputs: widths[index], outputs: widths[index + 1], activation: activation, in: &$0)
        })
    }
    return Model(Sequential(layers), builder: builder, description: description(widths, builder.layout.parameterCount))
  }

  private func description(_ widths: [Int], _ parameterCount: Int) -> String {
    var parts = ["multilayer perceptron " + widths.map(String.init).joined(separator: "-")]
    if !hidden.isEmpty { parts.append("\(activation)") }
    if !hidden.isEmpty && dropout > 0 { parts.append("dropout \(dropout)") }
    parts.append("\(parameterCount) parameters")
    return parts.joined(separator: ", ")
  }
}
