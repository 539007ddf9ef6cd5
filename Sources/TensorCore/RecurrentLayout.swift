import KernelInterface

/// How an LSTM or GRU layer goes through its sequences.
public struct RecurrentLayout: Sendable {
  public var batch: Int
  public var time: Int
  public var hidden: Int
  /// From the last step to the first.
  public var isReversed: Bool
  /// The steps of each sequence, where they differ. Behind them the state stays as it is: in the forward direction
  /// until the end, in the reverse direction the initial one until the sequence's last step.
  public var lengths: [Int32]?

  /// - Parameters:
  ///   - x: [batch, time, inputs], at least one step.
  ///   - recurrentWeight: [hidden, gates * hidden]
  public init(of x: Shape, recurrentWeight: Shape, gates: Int, isReversed: Bool, lengths: [Int32]?) {
    precondition(x.rank == 3 && x[1] > 0, "sequences are [batch, time, inputs] with at least one step, not \(x)")
    precondition(
      recurrentWeight.rank == 2 && recurrentWeight[1] == gates * recurrentWeight[0],
      "a recurrent weight is [hidden, \(gates) hidden], not \(recurrentWeight)")
    batch = x[0]
    time = x[1]
    hidden = recurrentWeight[0]
    self.isReversed = isReversed
    self.lengths = lengths
    precondition(lengths.map { $0.count == batch } ?? true, "\(lengths?.count ?? 0) lengths for sequences \(x)")
    let steps = 0...Int32(time)
    precondition(
      lengths?.allSatisfy(steps.contains) ?? true, "a sequence's length lies outside 0 ... \(time)")
  }

  var state: Shape { [batch, hidden] }
  var sequence: Shape { [batch, time, hidden] }
  func gates(_ count: Int) -> Shape { [batch, time, count * hidden] }

  /// For each sequence the row of [batch * time, hidden] with its last state.
  public var finalRows: [Int32] {
    (0..<batch).map { Int32($0 * time + (isReversed ? 0 : time - 1)) }
  }

  func checkWeights(_ inputWeight: Tensor, _ recurrentWeight: Tensor, gates: Int, of x: Tensor) {
    precondition(
      x.shape.rank == 3 && x.shape[0] == batch && x.shape[1] == time
        && inputWeight.shape == [x.shape[2], gates * hidden] && recurrentWeight.shape == [hidden, gates * hidden],
      "weights \(inputWeight.shape) and \(recurrentWeight.shape) for \(gates) gates of sequences \(x.shape)")
  }

  func checkGradient(_ dHidden: Tensor) {
    precondition(dHidden.shape == sequence, "a gradient \(dHidden.shape) of states \(sequence)")
  }

  func checkState(_ state: Tensor?) {
    precondition(
      state.map { $0.shape == self.state } ?? true, "a state \(state?.shape ?? []) for \(self.state)")
  }
}

extension RecurrentLayout {
  /// Multiply-adds below which a second thread costs more than it brings.
  private static let smallest = 1 << 18

  /// Packs the recurrent weight once and runs `body` on parts of the batch, one a thread, each for all time steps.
  func run(
    on backend: Backend, recurrentWeight: Tensor, gates: Int, backward: Bool,
    _ body: (RecurrentPass, _ rows: Range<Int>, _ workspace: UnsafeMutablePointer<Float>) -> Void
  ) {
    let kernels = backend.kernels
    let packed = backend.pool.allocate(
      kernels.packedRecurrentWeightSize(gates: gates, hidden: hidden, backward: backward))
    kernels.packRecurrentWeight(
      recurrentWeight.base, gates: gates, hidden: hidden, backward: backward, into: packed.base)
    let work = batch * time * hidden * hidden * gates
    let parts = max(1, min(backend.threads.size, batch, work / Self.smallest))
    withLengths { lengths in
      let pass = RecurrentPass(
        rows: batch, time: time, hidden: hidden, isReversed: isReversed, lengths: lengths, weight: packed.base)
      backend.threads.run(parts) { part in
        let rows = Backend.range(part, of: parts, count: batch, unit: 1)
        let workspace = backend.pool.allocate(kernels.recurrentWorkspaceSize(rows: rows.count, hidden: hidden))
        body(pass, rows, workspace.base)
        withExtendedLifetime(workspace) {}
      }
    }
    withExtendedLifetime((packed, recurrentWeight)) {}
  }

  private func withLengths(_ body: (UnsafePointer<Int32>?) -> Void) {
    guard let lengths else { return body(nil) }
    lengths.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  /// The state before each step, [batch, time, hidden]: `states`, which are those after it, one step later.
  func statesBefore(_ states: Tensor, initial: Tensor?) -> Tensor {
    Tensor(sequence, on: states.backend) { before in
      let (row, kept) = (time * hidden, (time - 1) * hidden)
      states.backend.forEachRange(ofRows: batch, columns: row) { batch in
        for b in batch {
          let (source, target) = (states.base + b * row, before.base + b * row)
          let first = target + (isReversed ? kept : 0)
          (target + (isReversed ? 0 : hidden)).update(from: source + (isReversed ? hidden : 0), count: kept)
          if let initial {
            first.update(from: initial.base + b * hidden, count: hidden)
          } else {
            first.update(repeating: 0, count: hidden)
          }
        }
      }
      withExtendedLifetime((states, initial)) {}
    }
  }
}
