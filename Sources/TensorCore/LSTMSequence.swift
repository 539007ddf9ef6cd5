import KernelInterface

/// An LSTM layer's way through sequences x [batch, time, inputs]: see `LSTMForward` for the cell.
public struct LSTMSequence {
  public let layout: RecurrentLayout
  /// h after each step: [batch, time, hidden].
  public let hidden: Tensor
  /// c after the last step: [batch, hidden].
  public let finalCell: Tensor
  private let recurrentWeight: Tensor
  private let initial: (hidden: Tensor, cell: Tensor)?
  private let gates: Tensor
  private let cells: Tensor?

  /// - Parameters:
  ///   - inputWeight: [inputs, 4 hidden]
  ///   - recurrentWeight: [hidden, 4 hidden]
  ///   - bias: [4 hidden]
  ///   - keepsGates: whether gradients will be asked for.
  public init(
    of x: Tensor, inputWeight: Tensor, recurrentWeight: Tensor, bias: Tensor?,
    initial: (hidden: Tensor, cell: Tensor)?, layout: RecurrentLayout, keepsGates: Bool
  ) {
    layout.checkWeights(inputWeight, recurrentWeight, gates: 4, of: x)
    layout.checkState(initial?.hidden)
    layout.checkState(initial?.cell)
    let backend = x.backend
    let gates = Tensor.matrixProduct(x.foldedSteps, inputWeight, bias: bias)
    let cells = keepsGates ? Tensor(layout.sequence, on: backend) { _ in } : nil
    let finalCell = Tensor(layout.state, on: backend) { _ in }
    hidden = Tensor(layout.sequence, on: backend) { hidden in
      layout.run(on: backend, recurrentWeight: recurrentWeight, gates: 4, backward: false) { pass, rows, workspace in
        let forward = LSTMForward(
          pass: pass, gates: gates.storage.base, initialHidden: initial?.hidden.base, initialCell: initial?.cell.base,
          hidden: hidden.base, cells: cells?.storage.base, finalCell: finalCell.storage.base)
        backend.kernels.lstm(forward.rows(rows), workspace: workspace)
      }
    }
    withExtendedLifetime(initial) {}
    self.layout = layout
    self.finalCell = finalCell
    self.recurrentWeight = recurrentWeight
    self.initial = initial
    self.gates = gates
    self.cells = cells
  }

  public struct Gradients {
    /// da [batch * time, 4 hidden]: of the projections of the inputs and of the recurrent products.
    public let gates: Tensor
    public let initialHidden: Tensor
    public let initialCell: Tensor
  }

  /// To be called once: da takes the place of the activated gates.
  ///
  /// - Parameters:
  ///   - dHidden: of h after each step, [batch, time, hidden].
  ///   - dFinalCell: [batch, hidden]
  public func gradients(dHidden: Tensor, dFinalCell: Tensor?) -> Gradients {
    guard let cells else { preconditionFailure("this pass kept nothing for a backward pass") }
    layout.checkGradient(dHidden)
    layout.checkState(dFinalCell)
    let backend = hidden.backend
    let dInitialHidden = Tensor(layout.state, on: backend) { _ in }
    let dInitialCell = Tensor(layout.state, on: backend) { _ in }
    layout.run(on: backend, recurrentWeight: recurrentWeight, gates: 4, backward: true) { pass, rows, workspace in
      let backward = LSTMBackward(
        pass: pass, gates: gates.base, cells: cells.base, initialCell: initial?.cell.base, dHidden: dHidden.base,
        dFinalCell: dFinalCell?.base, dGates: gates.storage.base,
        dInitialHidden: initial == nil ? nil : dInitialHidden.storage.base,
        dInitialCell: dInitialCell.storage.base)
      backend.kernels.lstmBackward(backward.rows(rows), workspace: workspace)
    }
    withExtendedLifetime((self, dHidden, dFinalCell)) {}
    return Gradients(
      gates: gates, initialHidden: dInitialHidden, initialCell: dInitialCell)
  }

  /// h before each step [batch * time, hidden], what the gradients `gates` belong to.
  public var hiddenBefore: Tensor { layout.statesBefore(hidden, initial: initial?.hidden).foldedSteps }
}

extension Tensor {
  /// [batch, time, ...] as [batch * time, ...].
  public var foldedSteps: Tensor { reshaped(to: Shape([shape[0] * shape[1]] + shape.dimensions.dropFirst(2))) }
}
