import TensorCore

extension Variable {
  /// A GRU layer over sequences x [batch, time, inputs]: h after each step [batch, time, hidden], and the final one.
  ///
  ///     a = x W + b, u = h' R + q, in the order r, z, n; see `GRUForward` for the cell, `GRUBackward` for da and du
  ///     dW = x^T da        dR = h'^T du        db, dq = sums of da, du over all steps        dx = da W^T
  ///
  /// - Parameters:
  ///   - inputWeight: W [inputs, 3 hidden]
  ///   - recurrentWeight: R [hidden, 3 hidden]
  ///   - bias: b [3 hidden]
  ///   - recurrentBias: q [3 hidden]; the reset gate multiplies its last third together with the product.
  ///   - initial: the state to begin with [batch, hidden]; zeros if `nil`.
  ///   - reversed: go from the last step to the first, for the second half of a bidirectional layer.
  ///   - lengths: the steps of each sequence, where they differ; behind them the state stays as it is.
  public func gru(
    inputWeight: Variable, recurrentWeight: Variable, bias: Variable?, recurrentBias: Variable?,
    initial: Variable? = nil, reversed: Bool = false, lengths: [Int32]? = nil
  ) -> (hidden: Variable, final: Variable) {
    let layout = RecurrentLayout(
      of: shape, recurrentWeight: recurrentWeight.shape, gates: 3, isReversed: reversed, lengths: lengths)
    let inputs = [self, inputWeight, recurrentWeight] + [bias, recurrentBias, initial].compactMap(\.self)
    let x = value
    let sequence = GRUSequence(
      of: x, inputWeight: inputWeight.value, recurrentWeight: recurrentWeight.value, bias: bias?.value,
      recurrentBias: recurrentBias?.value, initial: initial?.value, layout: layout,
      keepsGates: tape.isRecording && inputs.contains(where: \.needsGradient))
    let hidden = tape.record(sequence.hidden, from: inputs) { dy, gradients in
      let d = sequence.gradients(dHidden: dy)
      gradients.writeProduct(of: sequence.hiddenBefore, d.recurrent, to: recurrentWeight)
      if let recurrentBias { gradients.write(to: recurrentBias) { $0.writeColumnSums(d.recurrent) } }
      gradients.writeProjection(
        of: self, x, weight: inputWeight, bias: bias, dy: d.gates, packed: RightOperand(d.gates.packed()))
      if let initial { gradients.pass(d.initialHidden, to: initial) }
    }
    return (hidden, hidden.finalStep(of: layout))
  }
}
