import TensorCore

/// The gradients of a backward pass that are known so far.
///
/// An operation's backward writes here. The first contribution to a variable is written over undefined memory, the
/// later ones are added, in the reverse order of the forward pass, which is the same on every machine.
public struct Gradients {
  /// What is known of one node's gradient.
  private enum Slot {
    case none
    /// A tensor that nobody else sees: later contributions are added in place.
    case own(Tensor)
    /// A tensor that another node's gradient may be, too.
    case shared(Tensor)
    /// A parameter, whose gradient goes straight into the arena.
    case parameter(Int)
  }

  private let arena: Arena
  private var slots: [Slot]
  /// Whether an entry of the layout has a contribution.
  private(set) var isWritten: [Bool]

  init(arena: Arena, nodeKinds: [Tape.Node.Kind]) {
    self.arena = arena
    isWritten = Array(repeating: false, count: arena.layout.entries.count)
    slots = nodeKinds.map { kind in
      if case .parameter(let index) = kind { return .parameter(index) }
      return .none
    }
  }

  /// Lets `write` put a contribution to the gradient of `variable` where it belongs. Not called for data.
  public mutating func write(to variable: Variable, _ write: (TensorDestination) -> Void) {
    guard let node = variable.node else { return }
    switch slots[node] {
    case .parameter(let index):
      write(arena.destination(index, accumulates: isWritten[index]))
      isWritten[index] = true
    case .none:
      slots[node] = .own(Tensor(variable.shape, on: variable.value.backend, writtenBy: write))
    case .own(let known):
      write(known.accumulatingDestination)
    case .shared(let known):
      let contribution = Tensor(variable.shape, on: variable.value.backend, writtenBy: write)
      slots[node] = .own(known + contribution)
    }
  }

  /// As `write(to:)`, for an operation whose one pass can add to a gradient that lies elsewhere: where what is known
  /// belongs to another node, too, `write` gets it besides and writes the sum of it and its contribution to new memory.
  public mutating func write(to variable: Variable, addingKnown write: (TensorDestination, _ known: Tensor?) -> Void) {
    guard let node = variable.node else { return }
    if case .shared(let known) = slots[node] {
      slots[node] = .own(Tensor(variable.shape, on: known.backend) { write($0, known) })
    } else {
      self.write(to: variable) { write($0, nil) }
    }
  }

  /// The gradient of `variable` grows by `gradient` as it is: nothing is copied where this is the only contribution.
  public mutating func pass(_ gradient: Tensor, to variable: Variable) {
    guard let node = variable.node else { return }
    precondition(gradient.shape == variable.shape, "gradient \(gradient.shape) of a variable \(variable.shape)")
    if case .none = slots[node] {
      slots[node] = .shared(gradient)
    } else {
      write(to: variable) { $0.write(gradient) }
    }
  }

  /// The gradient of node `index`, which has all its contributions; `nil` if the loss does not depend on it.
  mutating func take(_ index: Int) -> Tensor? {
    defer { slots[index] = .none }
    switch slots[index] {
    case .own(let gradient), .shared(let gradient): return gradient
    case .none, .parameter: return nil
    }
  }

  /// The batch's value of a running statistic, in the place where a parameter has its gradient.
  mutating func write(_ value: Tensor, toStatistic index: Int) {
    arena.destination(index, accumulates: false).write(value)
    isWritten[index] = true
  }

  /// Zeros for the parameters that the loss does not depend on.
  func fillUnwritten() {
    for index in isWritten.indices where !isWritten[index] {
      arena.destination(index, accumulates: false).fill(with: 0)
    }
  }
}
