import Autograd

/// An LSTM layer (Hochreiter and Schmidhuber 1997; with the forget gate of Gers et al. 2000) over sequences
/// [batch, time, inputs] -> the hidden state after each step [batch, time, hidden]. It begins at zeros.
///
/// Parameters: `input_weight` [inputs, 4 hidden], `recurrent_weight` [hidden, 4 hidden], `bias` [4 hidden], gates in the
/// order input, forget, candidate, output.
public struct LSTM: Layer {
  private let inputWeight: Int
  private let recurrentWeight: Int
  private let bias: Int

  /// All parameters begin uniform within 1 / sqrt(hidden), as PyTorch's do.
  public init(inputs: Int, hidden: Int, in builder: inout ParameterBuilder) {
    precondition(inputs > 0 && hidden > 0, "an LSTM from \(inputs) to \(hidden) features")
    let byHidden = Initializer.uniform(bound: 1 / Float(hidden).squareRoot())
    inputWeight = builder.parameter("input_weight", [inputs, 4 * hidden], byHidden)
    recurrentWeight = builder.parameter("recurrent_weight", [hidden, 4 * hidden], byHidden)
    bias = builder.parameter("bias", [4 * hidden], byHidden)
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    let tape = context.tape
    return x.lstm(
      inputWeight: tape.parameter(inputWeight), recurrentWeight: tape.parameter(recurrentWeight),
      bias: tape.parameter(bias)
    ).hidden
  }
}

/// The last step of sequences: [batch, time, ...] -> [batch, ...].
public struct LastStep: Layer {
  public init() {}

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable { x.lastStep() }
}
