import Glibc
import KernelInterface

extension ReferenceKernels {
  public func gru(_ forward: GRUForward, workspace: UnsafeMutablePointer<Float>) {
    let (pass, hidden) = (forward.pass, forward.pass.hidden)
    let (h, next) = (workspace, workspace + hidden)
    for row in 0..<pass.rows {
      for unit in 0..<hidden { h[unit] = forward.initialHidden?[row * hidden + unit] ?? 0 }
      for step in 0..<pass.time {
        let at = row * pass.time + pass.place(step)
        let gates = forward.gates + at * 3 * hidden
        for unit in 0..<hidden {
          next[unit] = h[unit]
          if !pass.isPastEnd(row: row, place: pass.place(step)) {
            var u: [Double] = []
            for gate in 0..<3 {
              let bias = forward.recurrentBias?[gate * hidden + unit] ?? 0
              u.append(Double(product(h, pass.weight + gate * hidden + unit, hidden, 3 * hidden) + bias))
            }
            let r = logistic(Double(gates[unit]) + u[0])
            let z = logistic(Double(gates[hidden + unit]) + u[1])
            let n = tanh(Double(gates[2 * hidden + unit]) + r * u[2])
            next[unit] = Float((1 - z) * n + z * Double(h[unit]))
            for (gate, value) in [r, z, n].enumerated() { gates[gate * hidden + unit] = Float(value) }
            forward.candidates?[at * hidden + unit] = Float(u[2])
          }
          forward.hidden[at * hidden + unit] = next[unit]
        }
        for unit in 0..<hidden { h[unit] = next[unit] }
      }
    }
  }

  public func gruBackward(_ backward: GRUBackward, workspace: UnsafeMutablePointer<Float>) {
    let (pass, hidden) = (backward.pass, backward.pass.hidden)
    let dh = workspace
    for row in 0..<pass.rows {
      for unit in 0..<hidden { dh[unit] = 0 }
      for step in stride(from: pass.time - 1, through: 0, by: -1) {
        let at = row * pass.time + pass.place(step)
        let gates = backward.gates + at * 3 * hidden
        let (dGates, dRecurrent) = (backward.dGates + at * 3 * hidden, backward.dRecurrent + at * 3 * hidden)
        for unit in 0..<hidden {
          dh[unit] += backward.dHidden[at * hidden + unit]
          if pass.isPastEnd(row: row, place: pass.place(step)) {
            for gate in 0..<3 { (dGates[gate * hidden + unit], dRecurrent[gate * hidden + unit]) = (0, 0) }
            continue
          }
          let (r, z, n) = (gates[unit], gates[hidden + unit], gates[2 * hidden + unit])
          let previous =
            step > 0
            ? backward.hidden[(row * pass.time + pass.place(step - 1)) * hidden + unit]
            : backward.initialHidden?[row * hidden + unit] ?? 0
          let dn = dh[unit] * (1 - z) * (1 - n * n)
          let dr = dn * backward.candidates[at * hidden + unit] * r * (1 - r)
          let dz = dh[unit] * (previous - n) * z * (1 - z)
          for (gate, (da, du)) in [(dr, dr), (dz, dz), (dn, dn * r)].enumerated() {
            dGates[gate * hidden + unit] = da
            dRecurrent[gate * hidden + unit] = du
          }
          dh[unit] *= z
        }
        for unit in 0..<hidden { dh[unit] += product(dRecurrent, pass.weight + unit * 3 * hidden, 3 * hidden, 1) }
      }
      for unit in 0..<hidden { backward.dInitialHidden?[row * hidden + unit] = dh[unit] }
    }
  }
}
