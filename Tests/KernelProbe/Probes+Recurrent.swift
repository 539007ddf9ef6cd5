import KernelInterface

func probeRecurrent(_ kernels: any Kernels, _ digest: inout Digest) {
  for (rows, hidden) in [(1, 3), (7, 21), (13, 70)] {
    let layer = ProbedLayer(kernels: kernels, rows: rows, time: 4, hidden: hidden)
    for values in layer.lstm() + layer.gru() { digest.add(values) }
  }
}

/// A recurrent layer on made-up data. Memory comes from `floats` and lives until the end of a pass.
private struct ProbedLayer {
  let kernels: any Kernels
  let rows: Int
  let time: Int
  let hidden: Int
  var state: Int { rows * hidden }
  var sequence: Int { rows * time * hidden }

  private func floats(_ seed: UInt64, _ count: Int) -> UnsafeMutableBufferPointer<Float> {
    let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
    _ = memory.update(fromContentsOf: made(seed, count, scale: 2))
    return memory
  }

  private func run(
    _ gates: Int, backward: Bool, _ body: (RecurrentPass, UnsafeMutablePointer<Float>) -> Void
  ) {
    let weight = made(110, gates * hidden * hidden)
    let packed = floats(
      111, kernels.packedRecurrentWeightSize(gates: gates, hidden: hidden, backward: backward))
    let workspace = floats(112, kernels.recurrentWorkspaceSize(rows: rows, hidden: hidden))
    defer { for memory in [packed, workspace] { memory.deallocate() } }
    kernels.packRecurrentWeight(weight, gates: gates, hidden: hidden, backward: backward, into: packed.baseAddress!)
    let pass = RecurrentPass(
      rows: rows, time: time, hidden: hidden, isReversed: rows % 2 == 1, lengths: nil, weight: packed.baseAddress!)
    body(pass, workspace.baseAddress!)
  }

  func lstm() -> [[Float]] {
    let outputs = [4 * sequence, sequence, sequence, state, 4 * sequence, state, state].map { floats(113, $0) }
    let inputs = [state, state, sequence].map { floats(114, $0) }
    defer { for memory in outputs + inputs { memory.deallocate() } }
    let (o, i) = (outputs.map { $0.baseAddress! }, inputs.map { $0.baseAddress! })
    run(4, backward: false) { pass, workspace in
      let forward = LSTMForward(
        pass: pass, gates: o[0], initialHidden: i[0], initialCell: i[1], hidden: o[1], cells: o[2], finalCell: o[3])
      kernels.lstm(forward, workspace: workspace)
    }
    run(4, backward: true) { pass, workspace in
      let backward = LSTMBackward(
        pass: pass, gates: o[0], cells: o[2], initialCell: i[1], dHidden: i[2], dFinalCell: i[0], dGates: o[4],
        dInitialHidden: o[5], dInitialCell: o[6])
      kernels.lstmBackward(backward, workspace: workspace)
    }
    return outputs.map { Array($0) }
  }

  func gru() -> [[Float]] {
    let outputs = [3 * sequence, sequence, sequence, 3 * sequence, 3 * sequence, state].map { floats(115, $0) }
    let inputs = [state, 3 * hidden, sequence].map { floats(116, $0) }
    defer { for memory in outputs + inputs { memory.deallocate() } }
    let (o, i) = (outputs.map { $0.baseAddress! }, inputs.map { $0.baseAddress! })
    run(3, backward: false) { pass, workspace in
      let forward = GRUForward(
        pass: pass, gates: o[0], recurrentBias: i[1], initialHidden: i[0], hidden: o[1], candidates: o[2])
      kernels.gru(forward, workspace: workspace)
    }
    run(3, backward: true) { pass, workspace in
      let backward = GRUBackward(
        pass: pass, gates: o[0], candidates: o[2], hidden: o[1], initialHidden: i[0], dHidden: i[2], dGates: o[3],
        dRecurrent: o[4], dInitialHidden: o[5])
      kernels.gruBackward(backward, workspace: workspace)
    }
    return outputs.map { Array($0) }
  }
}
