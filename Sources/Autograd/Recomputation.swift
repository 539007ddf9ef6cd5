import TensorCore

/// Activation checkpointing (Chen, Xu, Zhang and Guestrin, "Training deep nets with sublinear memory cost", 2016).
extension Tape {
  /// body(inputs), of which only the inputs and the result are kept: the backward pass runs it a second time to have what is
  /// in between, then walks back through it. It pays where `body` keeps much, such as a block of a transformer.
  ///
  /// Every gradient of `body`'s is computed whole before it is added to what else is known of it. So parameters that `body` alone
  /// takes, once, have the bits that they have without recomputation.
  ///
  /// - Parameter body: gives the same bits each time: its randomness comes from keys. It may take parameters from the tape it
  ///   gets, and nothing else that is on a tape but its inputs. It observes no running statistics.
  public func recomputing(_ inputs: [Variable], _ body: @escaping ([Variable], Tape) -> Variable) -> Variable {
    guard isRecording else { return body(inputs, self) }
    let forward = Tape(parameters: parameters, gradientPlace: nil, packedWeights)
    let y = body(inputs.map { forward.constant($0.value) }, forward).value
    let used = forward.parameterVariables.indices.filter { forward.parameterVariables[$0] != nil }
    let variables = inputs + used.map(parameter)
    return record(y, from: variables) { [parameters, packedWeights] dy, gradients in
      let tape = Tape(parameters: parameters, gradientPlace: .tensors, packedWeights)
      let again = inputs.map { $0.needsGradient ? tape.input($0.value) : tape.constant($0.value) }
      let result = body(again, tape)
      let known = tape.gradients(of: result, from: dy, by: again + used.map(tape.parameter))
      for (variable, gradient) in zip(variables, known).reversed() {
        if let gradient { gradients.pass(gradient, to: variable) }
      }
    }
  }

  /// A value whose gradient is wanted.
  private func input(_ value: Tensor) -> Variable { append(value, Node(kind: .input, completes: [])) }

  /// The gradients of `variables` where that of `y` is `dy`; `nil` where y does not depend on one.
  private func gradients(of y: Variable, from dy: Tensor, by variables: [Variable]) -> [Tensor?] {
    var gradients = makeGradients(in: nil)
    gradients.pass(dy, to: y)
    walkBack(&gradients) { _, _ in }
    return variables.map { variable in variable.node.flatMap { gradients.take($0) } }
  }
}
