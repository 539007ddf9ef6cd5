import Layers

/// An LSTM that reads a sequence [batch, time, inputs] and a linear layer on its last state -> [batch, outputs]. An image
/// [batch, height, width] is read row by row.
///
/// Parameters: `lstm.input_weight`, `lstm.recurrent_weight`, `lstm.bias`, `head.weight`, `head.bias`.
public struct LSTMClassifier: Sendable {
  public var inputs: Int
  public var hidden: Int
  public var outputs: Int

  public init(inputs: Int, hidden: Int, outputs: Int) {
    self.inputs = inputs
    self.hidden = hidden
    self.outputs = outputs
  }

  public func makeModel() -> Model {
    var builder = ParameterBuilder()
    let lstm = builder.scope("lstm") { LSTM(inputs: inputs, hidden: hidden, in: &$0) }
    let head = builder.scope("head") { Linear(inputs: hidden, outputs: outputs, in: &$0) }
    return Model(
      Sequential([lstm, LastStep(), head]), builder: builder,
      description: "LSTM \(inputs)-\(hidden)-\(outputs), \(builder.layout.parameterCount) parameters")
  }
}
