/// What the passes through an LSTM or GRU layer have in common. A pass computes some rows of the batch, all time steps.
///
/// Sequences are [rows, time, ...]; states are [rows, hidden]. The gates of a step lie side by side, `hidden` floats
/// each.
public struct RecurrentPass {
  public var rows: Int
  public var time: Int
  public var hidden: Int
  /// Go from the last step to the first.
  public var isReversed: Bool
  /// For each row the number of its steps, where they differ. At the steps behind them the state stays as it is.
  public var lengths: UnsafePointer<Int32>?
  /// The recurrent weight, packed for this kind of pass by `packRecurrentWeight`.
  public var weight: UnsafePointer<Float>

  public init(
    rows: Int, time: Int, hidden: Int, isReversed: Bool, lengths: UnsafePointer<Int32>?, weight: UnsafePointer<Float>
  ) {
    self.rows = rows
    self.time = time
    self.hidden = hidden
    self.isReversed = isReversed
    self.lengths = lengths
    self.weight = weight
  }

  /// The place in time of the pass's step `step` = 0, 1, ...
  public func place(_ step: Int) -> Int { isReversed ? time - 1 - step : step }

  public func isPastEnd(row: Int, place: Int) -> Bool { lengths.map { place >= Int($0[row]) } ?? false }

  func part(_ rows: Range<Int>) -> RecurrentPass {
    var part = self
    part.rows = rows.count
    part.lengths = lengths.map { $0 + rows.lowerBound }
    return part
  }
}

/// LSTM, forward (Hochreiter and Schmidhuber 1997, with forget gates). Gates in the order i, f, g, o:
///
///     a = projection + h R        i, f, o = sigmoid(a)        g = tanh(a)
///     c <- f c + i g              h <- o tanh(c)
public struct LSTMForward {
  public var pass: RecurrentPass
  /// [rows, time, 4 hidden]: before, the projections of the inputs with the biases; after, the activated gates.
  public var gates: UnsafeMutablePointer<Float>
  /// The states to begin with; zero where `nil`.
  public var initialHidden: UnsafePointer<Float>?
  public var initialCell: UnsafePointer<Float>?
  /// h after each step: [rows, time, hidden].
  public var hidden: UnsafeMutablePointer<Float>
  /// c after each step, for the backward pass: [rows, time, hidden].
  public var cells: UnsafeMutablePointer<Float>?
  public var finalCell: UnsafeMutablePointer<Float>

  public init(
    pass: RecurrentPass, gates: UnsafeMutablePointer<Float>, initialHidden: UnsafePointer<Float>?,
    initialCell: UnsafePointer<Float>?, hidden: UnsafeMutablePointer<Float>, cells: UnsafeMutablePointer<Float>?,
    finalCell: UnsafeMutablePointer<Float>
  ) {
    self.pass = pass
    self.gates = gates
    self.initialHidden = initialHidden
    self.initialCell = initialCell
    self.hidden = hidden
    self.cells = cells
    self.finalCell = finalCell
  }

  /// Some of the rows.
  public func rows(_ range: Range<Int>) -> LSTMForward {
    let (state, sequence) = (range.lowerBound * pass.hidden, range.lowerBound * pass.hidden * pass.time)
    return LSTMForward(
      pass: pass.part(range), gates: gates + 4 * sequence, initialHidden: initialHidden.map { $0 + state },
      initialCell: initialCell.map { $0 + state }, hidden: hidden + sequence, cells: cells.map { $0 + sequence },
      finalCell: finalCell + state)
  }
}

/// LSTM, backward. From the last step to the first, with dh the gradient of h from the step's own output and the next
/// step:
///
///     dc += dh o (1 - tanh(c)^2)
///     da_i = dc g i (1 - i)    da_f = dc c' f (1 - f)    da_g = dc i (1 - g^2)    da_o = dh tanh(c) o (1 - o)
///     dc' = dc f               dh' = da R^T
public struct LSTMBackward {
  public var pass: RecurrentPass
  /// As the forward pass left them.
  public var gates: UnsafePointer<Float>
  public var cells: UnsafePointer<Float>
  public var initialCell: UnsafePointer<Float>?
  /// The gradient of h after each step.
  public var dHidden: UnsafePointer<Float>
  /// The gradient of the last c; zero where `nil`.
  public var dFinalCell: UnsafePointer<Float>?
  /// da: [rows, time, 4 hidden]. May be the memory of `gates`.
  public var dGates: UnsafeMutablePointer<Float>
  /// Where wanted.
  public var dInitialHidden: UnsafeMutablePointer<Float>?
  public var dInitialCell: UnsafeMutablePointer<Float>?

  public init(
    pass: RecurrentPass, gates: UnsafePointer<Float>, cells: UnsafePointer<Float>, initialCell: UnsafePointer<Float>?,
    dHidden: UnsafePointer<Float>, dFinalCell: UnsafePointer<Float>?, dGates: UnsafeMutablePointer<Float>,
    dInitialHidden: UnsafeMutablePointer<Float>?, dInitialCell: UnsafeMutablePointer<Float>?
  ) {
    self.pass = pass
    self.gates = gates
    self.cells = cells
    self.initialCell = initialCell
    self.dHidden = dHidden
    self.dFinalCell = dFinalCell
    self.dGates = dGates
    self.dInitialHidden = dInitialHidden
    self.dInitialCell = dInitialCell
  }

  /// Some of the rows.
  public func rows(_ range: Range<Int>) -> LSTMBackward {
    let (state, sequence) = (range.lowerBound * pass.hidden, range.lowerBound * pass.hidden * pass.time)
    return LSTMBackward(
      pass: pass.part(range), gates: gates + 4 * sequence, cells: cells + sequence,
      initialCell: initialCell.map { $0 + state }, dHidden: dHidden + sequence,
      dFinalCell: dFinalCell.map { $0 + state }, dGates: dGates + 4 * sequence,
      dInitialHidden: dInitialHidden.map { $0 + state }, dInitialCell: dInitialCell.map { $0 + state })
  }
}
