import TensorCore

extension Variable {
  /// Attention within a sequence: a packed projection [batch, time, (heads + 2 keyValueHeads) * headSize], which holds all
  /// queries, then all keys, then all values of a position -> [batch, time, heads * headSize].
  ///
  ///     S = scale Q K^T + bias        P = softmax of the rows of S        O = P V
  ///     dP = dO V^T        dS = P (dP - rowsum(dO O))
  ///     dV = P^T dO        dK = scale dS^T Q        dQ = scale dS K        dbias = sum of dS over the batch
  ///
  /// For the backward pass it keeps the output and one number for each query and head, not the scores: they are
  /// computed again.
  ///
  /// - Parameters:
  ///   - keyValueHeads: divides `heads`; `nil`: as many.
  ///   - scale: `nil`: 1 / sqrt(headSize).
  ///   - visibleKeys: keeps padding out. A query that sees no key gets zeros.
  ///   - bias: [heads, time, time], added to the scores of every batch row: relative positions.
  public func attention(
    heads: Int, keyValueHeads: Int? = nil, isCausal: Bool = false, scale: Float? = nil,
    visibleKeys: VisibleKeys = .all, bias: Variable? = nil
  ) -> Variable {
    let options = AttentionOptions(
      heads: heads, keyValueHeads: keyValueHeads, isCausal: isCausal, scale: scale, visibleKeys: visibleKeys)
    return recordAttention(AttentionOperands(packed: value, bias: bias?.value, options: options), nil, bias)
  }

  /// Attention of these queries [batch, queryTime, heads * headSize] over the keys and values of another sequence,
  /// [batch, keyTime, 2 keyValueHeads * headSize] -> [batch, queryTime, heads * headSize].
  ///
  /// Formulas and parameters as above; bias is [heads, queryTime, keyTime]. A causal mask lets the last query see all keys.
  public func attention(
    over keysValues: Variable, heads: Int, keyValueHeads: Int? = nil, isCausal: Bool = false, scale: Float? = nil,
    visibleKeys: VisibleKeys = .all, bias: Variable? = nil
  ) -> Variable {
    let options = AttentionOptions(
      heads: heads, keyValueHeads: keyValueHeads, isCausal: isCausal, scale: scale, visibleKeys: visibleKeys)
    let operands = AttentionOperands(
      query: value, keysValues: keysValues.value, bias: bias?.value, options: options)
    return recordAttention(operands, keysValues, bias)
  }

  /// - Parameter keysValues: `nil` if they are packed with the queries.
  private func recordAttention(
    _ operands: AttentionOperands, _ keysValues: Variable?, _ bias: Variable?
  ) -> Variable {
    let inputs = [self, keysValues, bias].compactMap { $0 }
    guard tape.isRecording, inputs.contains(where: \.needsGradient) else { return tape.constant(operands.output()) }
    let (output, logSumExp) = operands.outputAndLogSumExp()
    return tape.record(output, from: inputs) { dy, gradients in
      let biasGradient = bias.flatMap { bias in
        bias.needsGradient ? Tensor(filledWith: 0, bias.shape, on: dy.backend) : nil
      }
      let write = { (query: TensorDestination?, keysValues: TensorDestination?) in
        operands.writeGradients(
          output: output, outputGradient: dy, logSumExp: logSumExp, query: query, keysValues: keysValues,
          bias: biasGradient?.accumulatingDestination)
      }
      if let keysValues, keysValues.needsGradient {
        // One pass over the scores serves both; only one can be written straight to its place.
        let queryGradient = Tensor(shape, on: dy.backend) { query in
          gradients.write(to: keysValues) { write(needsGradient ? query : nil, $0) }
        }
        gradients.pass(queryGradient, to: self)
      } else if needsGradient {
        gradients.write(to: self) { write($0, nil) }
      } else {
        write(nil, nil)
      }
      if let bias, let biasGradient { gradients.pass(biasGradient, to: bias) }
    }
  }
}
