/// GRU, forward (Cho et al. 2014, with the reset gate behind the product). Gates in the order r, z, n; the recurrent
/// product has a bias q of its own:
///
///     u = h R + q        r, z = sigmoid(projection + u)        n = tanh(projection + r u_n)
///     h <- (1 - z) n + z h
public struct GRUForward {
  public var pass: RecurrentPass
  /// [rows, time, 3 hidden]: before, the projections of the inputs with their biases; after, the activated gates.
  public var gates: UnsafeMutablePointer<Float>
  /// q: [3 hidden]; zero where `nil`.
  public var recurrentBias: UnsafePointer<Float>?
  /// The state to begin with; zero where `nil`.
  public var initialHidden: UnsafePointer<Float>?
  /// h after each step: [rows, time, hidden].
  public var hidden: UnsafeMutablePointer<Float>
  /// u_n of each step, for the backward pass: [rows, time, hidden].
  public var candidates: UnsafeMutablePointer<Float>?

  public init(
    pass: RecurrentPass, gates: UnsafeMutablePointer<Float>, recurrentBias: UnsafePointer<Float>?,
    initialHidden: UnsafePointer<Float>?, hidden: UnsafeMutablePointer<Float>, candidates: UnsafeMutablePointer<Float>?
  ) {
    self.pass = pass
    self.gates = gates
    self.recurrentBias = recurrentBias
    self.initialHidden = initialHidden
    self.hidden = hidden
    self.candidates = candidates
  }

  /// Some of the rows.
  public func rows(_ range: Range<Int>) -> GRUForward {
    let (state, sequence) = (range.lowerBound * pass.hidden, range.lowerBound * pass.hidden * pass.time)
    return GRUForward(
      pass: pass.part(range), gates: gates + 3 * sequence, recurrentBias: recurrentBias,
      initialHidden: initialHidden.map { $0 + state }, hidden: hidden + sequence,
      candidates: candidates.map { $0 + sequence })
  }
}

/// GRU, backward. From the last step to the first, with dh the gradient of h from the step's own output and the next
/// step:
///
///     da_n = dh (1 - z) (1 - n^2)    da_r = da_n u_n r (1 - r)    da_z = dh (h' - n) z (1 - z)
///     du = (da_r, da_z, da_n r)      dh' = dh z + du R^T
public struct GRUBackward {
  public var pass: RecurrentPass
  /// As the forward pass left them.
  public var gates: UnsafePointer<Float>
  public var candidates: UnsafePointer<Float>
  public var hidden: UnsafePointer<Float>
  public var initialHidden: UnsafePointer<Float>?
  /// The gradient of h after each step.
  public var dHidden: UnsafePointer<Float>
  /// da, the gradient of the projections: [rows, time, 3 hidden].
  public var dGates: UnsafeMutablePointer<Float>
  /// du, the gradient of the recurrent products: [rows, time, 3 hidden].
  public var dRecurrent: UnsafeMutablePointer<Float>
  /// Where wanted.
  public var dInitialHidden: UnsafeMutablePointer<Float>?

  public init(
    pass: RecurrentPass, gates: UnsafePointer<Float>, candidates: UnsafePointer<Float>, hidden: UnsafePointer<Float>,
    initialHidden: UnsafePointer<Float>?, dHidden: UnsafePointer<Float>, dGates: UnsafeMutablePointer<Float>,
    dRecurrent: UnsafeMutablePointer<Float>, dInitialHidden: UnsafeMutablePointer<Float>?
  ) {
    self.pass = pass
    self.gates = gates
    self.candidates = candidates
    self.hidden = hidden
    self.initialHidden = initialHidden
    self.dHidden = dHidden
    self.dGates = dGates
    self.dRecurrent = dRecurrent
    self.dInitialHidden = dInitialHidden
  }

  /// Some of the rows.
  public func rows(_ range: Range<Int>) -> GRUBackward {
    let (state, sequence) = (range.lowerBound * pass.hidden, range.lowerBound * pass.hidden * pass.time)
    return GRUBackward(
      pass: pass.part(range), gates: gates + 3 * sequence, candidates: candidates + sequence, hidden: hidden + sequence,
      initialHidden: initialHidden.map { $0 + state }, dHidden: dHidden + sequence, dGates: dGates + 3 * sequence,
      dRecurrent: dRecurrent + 3 * sequence, dInitialHidden: dInitialHidden.map { $0 + state })
  }
}
