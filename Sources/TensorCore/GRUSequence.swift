import KernelInterface

/// A GRU layer's way through sequences x [batch, time, inputs]: see `GRUForward` for the cell.
public struct GRUSequence {
  public let layout: RecurrentLayout
  /// h after each step: [batch, time, hidden].
  public let hidden: Tensor
  private let recurrentWeight: Tensor
  private let initial: Tensor?
  private let gates: Tensor
  private let candidates: Tensor?

  /// - Parameters:
  ///   - inputWeight: [inputs, 3 hidden]
  ///   - recurrentWeight: [hidden, 3 hidden]
  ///   - bias: [3 hidden]
  ///   - recurrentBias: [3 hidden]
  ///   - keepsGates: whether gradients will be asked for.
  public init(
    of x: Tensor, inputWeight: Tensor, recurrentWeight: Tensor, bias: Tensor?, recurrentBias: Tensor?,
    initial: Tensor?, layout: RecurrentLayout, keepsGates: Bool
  ) {
    layout.checkWeights(inputWeight, recurrentWeight, gates: 3, of: x)
    layout.checkState(initial)
    precondition(
      recurrentBias.map { $0.count == 3 * layout.hidden } ?? true,
      "a recurrent bias \(recurrentBias?.shape ?? []) for \(recurrentWeight.shape)")
    let backend = x.backend
    let gates = Tensor.matrixProduct(x.foldedSteps, inputWeight, bias: bias)
    let candidates = keepsGates ? Tensor(layout.sequence, on: backend) { _ in } : nil
    hidden = Tensor(layout.sequence, on: backend) { hidden in
      layout.run(on: backend, recurrentWeight: recurrentWeight, gates: 3, backward: false) { pass, rows, workspace in
        let forward = GRUForward(
          pass: pass, gates: gates.storage.base, recurrentBias: recurrentBias?.base, initialHidden: initial?.base,
          hidden: hidden.base, candidates: candidates?.storage.base)
        backend.kernels.gru(forward.rows(rows), workspace: workspace)
      }
    }
    withExtendedLifetime((recurrentBias, initial)) {}
    self.layout = layout
    self.recurrentWeight = recurrentWeight
    self.initial = initial
    self.gates = gates
    self.candidates = candidates
  }

  public struct Gradients {
    /// da [batch * time, 3 hidden]: of the projections of the inputs.
    public let gates: Tensor
    /// du [batch * time, 3 hidden]: of the recurrent products.
    public let recurrent: Tensor
    public let initialHidden: Tensor
  }

  /// - Parameter dHidden: of h after each step, [batch, time, hidden].
  public func gradients(dHidden: Tensor) -> Gradients {
    guard let candidates else { preconditionFailure("this pass kept nothing for a backward pass") }
    layout.checkGradient(dHidden)
    let backend = hidden.backend
    let (dGates, dRecurrent) = (
      Tensor(layout.gates(3), on: backend) { _ in }, Tensor(layout.gates(3), on: backend) { _ in }
    )
    let dInitial = Tensor(layout.state, on: backend) { _ in }
    layout.run(on: backend, recurrentWeight: recurrentWeight, gates: 3, backward: true) { pass, rows, workspace in
      let backward = GRUBackward(
        pass: pass, gates: gates.base, candidates: candidates.base, hidden: hidden.base, initialHidden: initial?.base,
        dHidden: dHidden.base, dGates: dGates.storage.base, dRecurrent: dRecurrent.storage.base,
        dInitialHidden: initial == nil ? nil : dInitial.storage.base)
      backend.kernels.gruBackward(backward.rows(rows), workspace: workspace)
    }
    withExtendedLifetime((self, dHidden)) {}
    return Gradients(
      gates: dGates.foldedSteps, recurrent: dRecurrent.foldedSteps, initialHidden: dInitial)
  }

  /// h before each step [batch * time, hidden], what the gradients `recurrent` belong to.
  public var hiddenBefore: Tensor { layout.statesBefore(hidden, initial: initial).foldedSteps }
}
