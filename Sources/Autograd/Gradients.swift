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
    /// A parameter, whose gradient goes into the arena.
    case parameter(Int)
  }

  /// `nil`: parameters' gradients are tensors like any other.
  private let arena: Arena?
  /// Whether gradients are added to what the arena holds.
  private let addsToSum: Bool
  /// How many operations, at most, contribute to each parameter's gradient.
  private let uses: [Int]
  private var slots: [Slot]
  /// Whether an entry of the layout has a contribution.
  private(set) var isWritten: [Bool]
  /// Gradients that will be added to what the arena holds when they are complete.
  private var gathered: [Int: Tensor] = [:]

  init(arena: Arena?, addsToSum: Bool, layout: ParameterLayout, nodeKinds: [Tape.Node.Kind], uses: [Int]) {
    self.arena = arena
    self.addsToSum = addsToSum
    self.uses = uses
    isWritten = Array(repeating: false, count: layout.entries.count)
    slots = nodeKinds.map { kind in
      if case .parameter(let index) = kind, arena != nil { return .parameter(index) }
      return .none
    }
  }

  /// Lets `write` put a contribution to the gradient of `variable` where it belongs. Not called for data.
  ///
  /// - Parameter addingSums: whether `write` can add its result whole to what is there, `Accumulation.addingSum`.
  public mutating func write(
    to variable: Variable, addingSums: Bool = false, _ write: (TensorDestination) -> Void
  ) {
    guard let node = variable.node else { return }
    switch slots[node] {
    case .parameter(let index):
      writeGradient(of: index, addingSums: addingSums, write)
    case .none:
      slots[node] = .own(Tensor(variable.shape, on: variable.value.backend, writtenBy: write))
    case .own(let known):
      write(known.accumulatingDestination)
    case .shared(let known):
      let contribution = Tensor(variable.shape, on: variable.value.backend, writtenBy: write)
      slots[node] = .own(known + contribution)
    }
  }

  /// A sum of lanes is a place where the whole gradient is added at once. It serves as destination only for one that comes
  /// from a single operation which can do that. Others are gathered beside it.
  private mutating func writeGradient(of index: Int, addingSums: Bool, _ write: (TensorDestination) -> Void) {
    guard let arena else { preconditionFailure("parameter \(index) has a place of its own without an arena") }
    if !addsToSum {
      write(arena.destination(index, isWritten[index] ? .continuingChain : .replacing))
    } else if addingSums && uses[index] <= 1 {
      write(arena.destination(index, .addingSum))
    } else if let known = gathered[index] {
      write(known.accumulatingDestination)
    } else {
      gathered[index] = Tensor(arena.layout.entries[index].shape, on: arena.backend, writtenBy: write)
    }
    isWritten[index] = true
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
      write(to: variable, addingSums: true) { $0.write(gradient) }
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
    writeGradient(of: index, addingSums: true) { $0.write(value) }
  }

  /// Brings entry `index`, which has all its contributions, into the arena: zeros if there are none.
  mutating func complete(_ index: Int) {
    if let gradient = gathered.removeValue(forKey: index) {
      arena?.destination(index, .addingSum).write(gradient)
    } else if !isWritten[index] {
      writeGradient(of: index, addingSums: true) {
        $0.write(Tensor(filledWith: 0, $0.shape, on: $0.backend))
      }
    }
  }
}
