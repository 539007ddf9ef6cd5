import TensorCore

/// The state of LSTM cells: h and c, each [batch, hidden].
public struct LSTMState {
  public let hidden: Variable
  public let cell: Variable

  public init(hidden: Variable, cell: Variable) {
    self.hidden = hidden
    self.cell = cell
  }
}

extension Variable {
  /// An LSTM layer over sequences x [batch, time, inputs]: h after each step [batch, time, hidden], and the final
  /// state.
  ///
  ///     a = x W + b + h' R, in the order i, f, g, o; see `LSTMForward` for the cell, `LSTMBackward` for da
  ///     dW = x^T da        dR = h'^T da        db = sum of da over all steps        dx = da W^T
  ///
  /// - Parameters:
  ///   - inputWeight: W [inputs, 4 hidden]
  ///   - recurrentWeight: R [hidden, 4 hidden]
  ///   - bias: b [4 hidden]
  ///   - initial: the state to begin with; zeros if `nil`.
  ///   - reversed: go from the last step to the first, for the second half of a bidirectional layer.
  ///   - lengths: the steps of each sequence, where they differ; behind them the state stays as it is.
  public func lstm(
    inputWeight: Variable, recurrentWeight: Variable, bias: Variable?, initial: LSTMState? = nil,
    reversed: Bool = false, lengths: [Int32]? = nil
  ) -> (hidden: Variable, final: LSTMState) {
    let layout = RecurrentLayout(
      of: shape, recurrentWeight: recurrentWeight.shape, gates: 4, isReversed: reversed, lengths: lengths)
    let inputs = [self, inputWeight, recurrentWeight] + [bias, initial?.hidden, initial?.cell].compactMap(\.self)
    let x = value
    let sequence = LSTMSequence(
      of: x, inputWeight: inputWeight.value, recurrentWeight: recurrentWeight.value, bias: bias?.value,
      initial: initial.map { ($0.hidden.value, $0.cell.value) }, layout: layout,
      keepsGates: tape.isRecording && inputs.contains(where: \.needsGradient))
    let final = FinalCellGradient()

    let hidden = tape.record(sequence.hidden, from: inputs) { dy, gradients in
      let d = sequence.gradients(dHidden: dy, dFinalCell: final.gradient)
      // Two products read it.
      let packed = RightOperand(d.gates.packed())
      gradients.writeProduct(of: sequence.hiddenBefore, packed, to: recurrentWeight)
      gradients.writeProjection(of: self, x, weight: inputWeight, bias: bias, dy: d.gates, packed: packed)
      if let initial {
        gradients.pass(d.initialHidden, to: initial.hidden)
        gradients.pass(d.initialCell, to: initial.cell)
      }
    }
    // The tape walks backwards: this comes before the backward pass above, and sees to it that there is one.
    let cell = tape.record(sequence.finalCell, from: [hidden]) { dc, gradients in
      final.gradient = dc
      gradients.write(to: hidden) { if !$0.accumulates { $0.fill(with: 0) } }
    }
    return (hidden, LSTMState(hidden: hidden.finalStep(of: layout), cell: cell))
  }

  /// The last step of sequences [batch, time, ...]: [batch, ...].
  ///
  ///     dx = dy at the last step, else 0
  public func lastStep() -> Variable {
    precondition(shape.rank >= 2 && shape[1] > 0, "no last step in sequences \(shape)")
    return foldedSteps().rows(at: (0..<shape[0]).map { Int32($0 * shape[1] + shape[1] - 1) })
  }

  /// h [batch, time, hidden] where a layer's way through the sequences ends.
  func finalStep(of layout: RecurrentLayout) -> Variable { foldedSteps().rows(at: layout.finalRows) }

  /// [batch, time, ...] as [batch * time, ...].
  private func foldedSteps() -> Variable { reshaped(to: value.foldedSteps.shape) }
}

/// What an LSTM's second result, its final cell state, hands to the backward pass of the first.
private final class FinalCellGradient {
  var gradient: Tensor?
}

extension Gradients {
  /// The backward pass of projections x W + b of all steps, x [batch, time, inputs]; dy [batch * time, outputs], as it
  /// is and packed.
  mutating func writeProjection(
    of input: Variable, _ x: Tensor, weight: Variable, bias: Variable?, dy: Tensor, packed: RightOperand
  ) {
    writeProduct(of: x.foldedSteps, packed, to: weight)
    if let bias { write(to: bias) { $0.writeColumnSums(dy) } }
    write(to: input) {
      $0.reshaped(to: x.foldedSteps.shape).writeMatrixProduct(dy, weight.value, transposingB: true)
    }
  }
}
