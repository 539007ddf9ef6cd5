import Glibc
import KernelInterface

// Activations in Float64, rounded once; the recurrent weight stays as it is, [hidden, gates * hidden].

extension ReferenceKernels {
  public func packedRecurrentWeightSize(gates: Int, hidden: Int, backward: Bool) -> Int { gates * hidden * hidden }

  public func packRecurrentWeight(
    _ weight: UnsafePointer<Float>, gates: Int, hidden: Int, backward: Bool, into packed: UnsafeMutablePointer<Float>
  ) {
    for i in 0..<gates * hidden * hidden { packed[i] = weight[i] }
  }

  /// The states of one row: h, c, and what becomes of h.
  public func recurrentWorkspaceSize(rows: Int, hidden: Int) -> Int { 3 * hidden }

  public func lstm(_ forward: LSTMForward, workspace: UnsafeMutablePointer<Float>) {
    let (pass, hidden) = (forward.pass, forward.pass.hidden)
    let (h, c, next) = (workspace, workspace + hidden, workspace + 2 * hidden)
    for row in 0..<pass.rows {
      for unit in 0..<hidden {
        h[unit] = forward.initialHidden?[row * hidden + unit] ?? 0
        c[unit] = forward.initialCell?[row * hidden + unit] ?? 0
      }
      for step in 0..<pass.time {
        let at = row * pass.time + pass.place(step)
        for unit in 0..<hidden {
          next[unit] = h[unit]
          if !pass.isPastEnd(row: row, place: pass.place(step)) {
            var a: [Double] = []
            for gate in 0..<4 {
              let projection = forward.gates[(at * 4 + gate) * hidden + unit]
              a.append(Double(projection + product(h, pass.weight + gate * hidden + unit, hidden, 4 * hidden)))
            }
            let (i, f, g, o) = (logistic(a[0]), logistic(a[1]), tanh(a[2]), logistic(a[3]))
            c[unit] = Float(f * Double(c[unit]) + i * g)
            next[unit] = Float(o * tanh(Double(c[unit])))
            for (gate, value) in [i, f, g, o].enumerated() {
              forward.gates[(at * 4 + gate) * hidden + unit] = Float(value)
            }
          }
          forward.cells?[at * hidden + unit] = c[unit]
          forward.hidden[at * hidden + unit] = next[unit]
        }
        for unit in 0..<hidden { h[unit] = next[unit] }
      }
      for unit in 0..<hidden { forward.finalCell[row * hidden + unit] = c[unit] }
    }
  }

  public func lstmBackward(_ backward: LSTMBackward, workspace: UnsafeMutablePointer<Float>) {
    let (pass, hidden) = (backward.pass, backward.pass.hidden)
    let (dh, dc) = (workspace, workspace + hidden)
    for row in 0..<pass.rows {
      for unit in 0..<hidden {
        dh[unit] = 0
        dc[unit] = backward.dFinalCell?[row * hidden + unit] ?? 0
      }
      for step in stride(from: pass.time - 1, through: 0, by: -1) {
        let at = row * pass.time + pass.place(step)
        let (gates, dGates) = (backward.gates + at * 4 * hidden, backward.dGates + at * 4 * hidden)
        for unit in 0..<hidden {
          dh[unit] += backward.dHidden[at * hidden + unit]
          if pass.isPastEnd(row: row, place: pass.place(step)) {
            for gate in 0..<4 { dGates[gate * hidden + unit] = 0 }
            continue
          }
          let (i, f) = (gates[unit], gates[hidden + unit])
          let (g, o) = (gates[2 * hidden + unit], gates[3 * hidden + unit])
          let c = Float(tanh(Double(backward.cells[at * hidden + unit])))
          let previous =
            step > 0
            ? backward.cells[(row * pass.time + pass.place(step - 1)) * hidden + unit]
            : backward.initialCell?[row * hidden + unit] ?? 0
          let d = dc[unit] + dh[unit] * o * (1 - c * c)
          dGates[unit] = d * g * i * (1 - i)
          dGates[hidden + unit] = d * previous * f * (1 - f)
          dGates[2 * hidden + unit] = d * i * (1 - g * g)
          dGates[3 * hidden + unit] = dh[unit] * c * o * (1 - o)
          dc[unit] = d * f
          dh[unit] = 0
        }
        for unit in 0..<hidden { dh[unit] += product(dGates, pass.weight + unit * 4 * hidden, 4 * hidden, 1) }
      }
      for unit in 0..<hidden {
        backward.dInitialHidden?[row * hidden + unit] = dh[unit]
        backward.dInitialCell?[row * hidden + unit] = dc[unit]
      }
    }
  }
}

/// The sum of a[k] b[k * stride].
func product(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int, _ stride: Int) -> Float {
  var sum: Float = 0
  for k in 0..<count { sum.addProduct(a[k], b[k * stride]) }
  return sum
}
