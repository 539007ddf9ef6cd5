import KernelInterface
import TensorCore
import TestSupport
import Testing

/// As `SameBitsTests`, for what goes through sequences: every number of threads and every instruction set.
@Suite("The same bits of sequences", .serialized)
struct SequenceSameBitsTests {
  private static let backends = Processor.supportedInstructionSets.flatMap { instructionSet in
    [1, 2, 3, 4].map { Backend(instructionSet: instructionSet, threads: $0) }
  }

  private func expectSameBits(_ what: String, _ compute: (Backend) -> [Tensor]) {
    let results = Self.backends.map { compute($0).flatMap { $0.values.map(\.bitPattern) } }
    for (backend, result) in zip(Self.backends, results).dropFirst() {
      #expect(
        result == results[0], "\(what) with \(backend.kernels.instructionSet) on \(backend.threads.size) threads")
    }
    #expect(Set(results[0].prefix(100)).count > 1, "\(what) computes something")
  }

  /// One stream of values for all tensors, from places that differ by the seed.
  private static let stream = seededValues(300_000, seed: 1)

  private func tensor(_ shape: Shape, _ seed: Int, on backend: Backend) -> Tensor {
    Tensor(Array(Self.stream[seed * 1000..<seed * 1000 + shape.count]), shape, on: backend)
  }

  @Test("rows of a table and the sums of their gradients")
  func embedding() {
    let ids = (0..<900).map { Int32($0 * $0 % 701) }
    expectSameBits("rows") { [tensor([701, 300], 1, on: $0).rows(at: ids)] }
    for accumulates in [false, true] {
      expectSameBits("scattered rows") { backend in
        let rows = tensor([900, 300], 2, on: backend)
        let table = tensor([701, 300], 3, on: backend)
        if accumulates {
          table.accumulatingDestination.writeScatteredRows(rows, at: ids, padding: 4)
          return [table]
        }
        return [Tensor([701, 300], on: backend) { $0.writeScatteredRows(rows, at: ids, padding: 4) }]
      }
    }
  }

  @Test("rows of one id are added in the order of their positions")
  func scatterOrder() {
    let rows = Tensor([1, 1e8, 7, -1e8], [4, 1], on: Self.backends[0])
    let table = Tensor([2, 1], on: Self.backends[0]) { $0.writeScatteredRows(rows, at: [1, 1, 0, 1]) }
    #expect(table.values == [7, 0], "1 is lost in 1e8")
  }

  @Test("cross-entropy of a projection, also where logits are computed twice", arguments: [false, true])
  func projectedCrossEntropy(transposed: Bool) {
    // 620 tokens that count, 12,000 classes: seven chunks, not all of which are kept.
    let (tokens, classes, width) = (640, 12_000, 5)
    let labels = (0..<tokens).map { $0 % 32 == 7 ? -1 : Int32($0 * 997 % classes) }
    for keepsLogits in [true, false] {
      expectSameBits("projected cross-entropy") { backend in
        let shape: Shape = transposed ? [classes, width] : [width, classes]
        let projection = LogitsProjection(
          weight: tensor(shape, 4, on: backend), isTransposed: transposed, bias: tensor([classes], 5, on: backend))
        // What is kept for the backward pass may depend on anything.
        let loss = ProjectedCrossEntropy(
          of: tensor([tokens, width], 6, on: backend), projectedBy: projection, labels: labels, ignoring: -1,
          keepsLogits: keepsLogits == (backend.threads.size % 2 == 0))
        var gradients: (x: Tensor, bias: Tensor?)?
        let dWeight = Tensor(shape, on: backend) {
          gradients = loss.gradientsOfMean(scale: 1, weightGradient: $0)
        }
        return [loss.losses, dWeight, gradients!.x, gradients!.bias!]
      }
    }
  }

  private func layout(_ x: Tensor, _ recurrent: Tensor, gates: Int) -> RecurrentLayout {
    RecurrentLayout(of: x.shape, recurrentWeight: recurrent.shape, gates: gates, isReversed: false, lengths: nil)
  }

  @Test("LSTM and GRU layers")
  func recurrent() {
    let (batch, time, units) = (22, 9, 70)
    expectSameBits("LSTM") { backend in
      let (x, r) = (tensor([batch, time, 6], 7, on: backend), tensor([units, 4 * units], 8, on: backend))
      let lstm = LSTMSequence(
        of: x, inputWeight: tensor([6, 4 * units], 9, on: backend), recurrentWeight: r, bias: nil, initial: nil,
        layout: layout(x, r, gates: 4), keepsGates: true)
      let d = lstm.gradients(dHidden: tensor([batch, time, units], 10, on: backend), dFinalCell: nil)
      return [lstm.hidden, lstm.finalCell, lstm.hiddenBefore, d.gates]
    }
    expectSameBits("GRU") { backend in
      let (x, r) = (tensor([batch, time, 6], 7, on: backend), tensor([units, 3 * units], 8, on: backend))
      let gru = GRUSequence(
        of: x, inputWeight: tensor([6, 3 * units], 9, on: backend), recurrentWeight: r, bias: nil, recurrentBias: nil,
        initial: nil, layout: layout(x, r, gates: 3), keepsGates: true)
      let d = gru.gradients(dHidden: tensor([batch, time, units], 10, on: backend))
      return [gru.hidden, d.gates, d.recurrent]
    }
  }
}
