import TensorCore

/// Records the operations of a forward pass and walks them backwards to get the gradient of every parameter.
///
/// A tape serves one forward and at most one backward pass. Parameters are read from one arena and their gradients are
/// written into another of the same layout, each straight by the operation that computes it, or are added to what is
/// there. Without a gradient arena nothing is recorded: that is inference.
public final class Tape {
  public let parameters: Arena
  let gradientPlace: GradientPlace?
  private let addsToSum: Bool
  let packedWeights: PackedWeights?
  private(set) var nodes: [Node] = []
  private(set) var parameterVariables: [Variable?]
  /// How often recorded operations take each parameter.
  private var uses: [Int]
  private var observations: [(statistic: Int, value: Tensor)] = []

  /// - Parameters:
  ///   - addingToSum: whether the backward pass leaves old + gradient in each place of `gradients`, to the bit as if it had
  ///     filled another arena and the two had been added.
  ///   - packedWeights: shared with other tapes that read the same values of the parameters; `nil` where this is the only
  ///     one.
  public convenience init(
    parameters: Arena, gradients: Arena?, addingToSum: Bool = false, packedWeights: PackedWeights? = nil
  ) {
    precondition(
      gradients.map { $0.layout == parameters.layout } ?? true,
      "the gradient arena has another layout than the parameters")
    self.init(
      parameters: parameters, gradientPlace: gradients.map(GradientPlace.arena), addsToSum: addingToSum, packedWeights)
  }

  /// - Parameter gradientPlace: `nil`: nothing is recorded.
  init(parameters: Arena, gradientPlace: GradientPlace?, addsToSum: Bool = false, _ packedWeights: PackedWeights?) {
    self.parameters = parameters
    self.gradientPlace = gradientPlace
    self.addsToSum = addsToSum
    self.packedWeights = packedWeights
    parameterVariables = Array(repeating: nil, count: parameters.layout.entries.count)
    uses = Array(repeating: 0, count: parameters.layout.entries.count)
  }

  /// Whether operations are recorded, that is, whether a backward pass may follow.
  public var isRecording: Bool { gradientPlace != nil }

  public var backend: Backend { parameters.backend }

  /// A value that gets no gradient: data.
  public func constant(_ value: Tensor) -> Variable { Variable(value: value, tape: self, node: nil) }

  /// Parameter `index` of the layout; the same variable each time it is asked for. What is frozen is data.
  public func parameter(_ index: Int) -> Variable {
    if let known = parameterVariables[index] { return known }
    let value = parameters.tensor(index)
    let variable =
      isRecording && parameters.layout.entries[index].role != .frozen
      ? append(value, Node(kind: .parameter(index), completes: []))
      : constant(value)
    parameterVariables[index] = variable
    return variable
  }

  /// Notes the batch's value of running statistic `index`. The backward pass writes it into the gradient arena, where it
  /// travels with the gradients.
  public func observe(_ value: Tensor, ofStatistic index: Int) {
    let entry = parameters.layout.entries[index]
    guard case .runningStatistic = entry.role else { preconditionFailure("\(entry.name) is no running statistic") }
    precondition(entry.shape == value.shape, "a value \(value.shape) of statistic \(entry.name) \(entry.shape)")
    precondition(!observations.contains { $0.statistic == index }, "\(entry.name) is observed twice in one pass")
    if case .tensors = gradientPlace { preconditionFailure("\(entry.name) is observed in what is recomputed") }
    if isRecording { observations.append((index, value)) }
  }

  /// Puts the result of an operation on the tape.
  ///
  /// - Parameters:
  ///   - inputs: all operands that `backward` reads or writes the gradient of; if none of them needs a gradient, nothing
  ///     is recorded.
  ///   - backward: gets the gradient of the result and writes the gradient of each input into `Gradients`.
  public func record(
    _ value: Tensor, from inputs: [Variable], backward: @escaping (Tensor, inout Gradients) -> Void
  ) -> Variable {
    guard isRecording, inputs.contains(where: \.needsGradient) else { return constant(value) }
    return append(value, Node(kind: .operation(backward), completes: countUses(of: inputs)))
  }

  /// Notes that an operation takes `inputs`; returns the parameters among them that none took before.
  private func countUses(of inputs: [Variable]) -> [Int] {
    inputs.compactMap { input in
      guard let index = parameterIndex(of: input) else { return nil }
      uses[index] += 1
      return uses[index] == 1 ? index : nil
    }
  }

  /// The entry of the layout that a variable is; `nil` for data and results, and where nothing is recorded.
  func parameterIndex(of variable: Variable) -> Int? {
    guard let node = variable.node, case .parameter(let index) = nodes[node].kind else { return nil }
    return index
  }

  func append(_ value: Tensor, _ node: Node) -> Variable {
    nodes.append(node)
    return Variable(value: value, tape: self, node: nodes.count - 1)
  }

  /// Fills the gradient arena with the derivatives of `loss`, a single value, by every parameter. Parameters that the
  /// loss does not depend on get zeros.
  ///
  /// - Parameter whenComplete: called once for each entry of the layout, as soon as nothing that is left of the pass writes
  ///   its gradient or reads the parameter: the caller may change both. The order is that of the operations, last to
  ///   first, at each one's end that of its operands; entries without a gradient and running statistics come last, in the
  ///   layout's order.
  public func backward(from loss: Variable, whenComplete: (_ parameter: Int) -> Void = { _ in }) {
    guard case .arena(let arena) = gradientPlace else { preconditionFailure("this tape has no gradient arena") }
    precondition(loss.value.count == 1, "a loss is one value, not shape \(loss.value.shape)")
    var gradients = makeGradients(in: arena)
    var isComplete = Array(repeating: false, count: parameters.layout.entries.count)
    gradients.pass(Tensor(filledWith: 1, loss.value.shape, on: backend), to: loss)
    walkBack(&gradients) { node, gradients in
      for index in node.completes where gradients.isWritten[index] {
        gradients.complete(index)
        isComplete[index] = true
        whenComplete(index)
      }
    }
    for observation in observations { gradients.write(observation.value, toStatistic: observation.statistic) }
    for index in isComplete.indices where !isComplete[index] {
      gradients.complete(index)
      whenComplete(index)
    }
  }
}

extension Tape {
  func makeGradients(in arena: Arena?) -> Gradients {
    Gradients(
      arena: arena, addsToSum: addsToSum, layout: parameters.layout, nodeKinds: nodes.map(\.kind), uses: uses)
  }

  /// Lets every operation, last to first, hand its gradient on; `visit` comes behind each node.
  func walkBack(_ gradients: inout Gradients, _ visit: (Node, inout Gradients) -> Void) {
    while let node = nodes.popLast() {
      if case .operation(let backward) = node.kind, let dy = gradients.take(nodes.count) { backward(dy, &gradients) }
      visit(node, &gradients)
    }
  }

  /// Where a backward pass puts the gradients of parameters.
  enum GradientPlace {
    case arena(Arena)
    /// Tensors of their own, which the caller takes: `recomputing` has them.
    case tensors
  }

  struct Node {
    enum Kind {
      case parameter(Int)
      /// A value whose gradient the caller takes.
      case input
      case operation((Tensor, inout Gradients) -> Void)
    }
    let kind: Kind
    /// The parameters that this is the first operation to take: on the way back the last, so they are complete behind it.
    let completes: [Int]
  }
}

/// A tensor and its place on the tape. The tape outlives its variables: whoever runs the forward pass holds it.
public struct Variable {
  public let value: Tensor
  public unowned let tape: Tape
  /// Its node; `nil` for data, which gets no gradient.
  let node: Int?

  public var needsGradient: Bool { node != nil }
  public var shape: Shape { value.shape }
}
