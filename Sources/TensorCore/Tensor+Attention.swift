import KernelInterface

extension Tensor {
  /// Attention within a sequence, from one packed projection; see `AttentionOperands`.
  ///
  /// - Parameter bias: [heads, time, time], added to the scores.
  /// - Returns: [batch, time, heads * headSize]
  public func attention(_ options: AttentionOptions, bias: Tensor? = nil) -> Tensor {
    AttentionOperands(packed: self, bias: bias, options: options).output()
  }

  /// Attention of these queries over the keys and values of another sequence.
  public func attention(over keysValues: Tensor, _ options: AttentionOptions, bias: Tensor? = nil) -> Tensor {
    AttentionOperands(query: self, keysValues: keysValues, bias: bias, options: options).output()
  }
}

extension AttentionOperands {
  /// [batch, queryTime, heads * headSize]; see `AttentionKernels` for the order of summation.
  public func output() -> Tensor {
    Tensor(outputShape, on: backend) { output in
      withDescription { $0.run(on: backend, into: output.base, logSumExp: nil) }
    }
  }

  /// The output, and what `writeGradients` wants to know of it: the log-sum-exp of the scores, [batch, heads, queryTime].
  public func outputAndLogSumExp() -> (output: Tensor, logSumExp: Tensor) {
    let storage = backend.pool.allocate(logSumExpShape.count)
    let logSumExp = Tensor(shape: logSumExpShape, backend: backend, storage: storage, offset: 0)
    let output = Tensor(outputShape, on: backend) { output in
      withDescription { $0.run(on: backend, into: output.base, logSumExp: storage.base) }
    }
    return (output, logSumExp)
  }

  /// The gradients of all operands in one go.
  ///
  /// - Parameters:
  ///   - query: of the shape of the queries, or of the packed projection, which then gets dK and dV too; `nil`: not wanted.
  ///   - keysValues: of the shape of the keys and values; `nil` if they are packed or no gradient is wanted.
  ///   - bias: of the shape of the bias, to be added to.
  public func writeGradients(
    output: Tensor, outputGradient: Tensor, logSumExp: Tensor, query: TensorDestination?,
    keysValues: TensorDestination? = nil, bias: TensorDestination? = nil
  ) {
    precondition(
      output.shape == outputShape && outputGradient.shape == outputShape && logSumExp.shape == logSumExpShape,
      "output \(output.shape) and its gradient \(outputGradient.shape) should be \(outputShape)")
    let keyTarget = isPacked ? query : keysValues
    precondition(query.map { $0.shape == self.query.shape } ?? true, "\(self.query.shape) into \(query?.shape ?? [])")
    precondition(
      keyTarget.map { $0.shape == self.keysValues.shape } ?? true,
      "\(self.keysValues.shape) into \(keyTarget?.shape ?? [])")
    precondition(bias.map { $0.shape == self.bias?.shape } ?? true, "a bias gradient \(bias?.shape ?? [])")
    precondition(bias.map(\.accumulates) ?? true, "the gradient of a bias is summed over the batch in place")
    let key = keyTarget.map { $0.base + keyOffset }
    let gradients = AttentionGradients(
      output: output.base, outputGradient: outputGradient.base, logSumExp: logSumExp.base, query: query?.base,
      key: key, value: key.map { $0 + valueOffset }, bias: bias?.base,
      accumulatesQuery: query?.accumulates ?? false, accumulatesKeyValue: keyTarget?.accumulates ?? false)
    withDescription { $0.runBackward(gradients, on: backend) }
    withExtendedLifetime((output, outputGradient, logSumExp, query, keyTarget, bias)) {}
  }
}

extension Attention {
  /// Multiply-adds of the forward pass of `units` heads.
  private func work(_ units: Int) -> Int { units * queryTime * keyTime * headSize * 2 / (isCausal ? 2 : 1) }

  func run(
    on backend: Backend, into output: UnsafeMutablePointer<Float>, logSumExp: UnsafeMutablePointer<Float>?
  ) {
    let kernels = backend.kernels
    let shares = AttentionShares(units: batch * heads, work: work(batch * heads), threads: backend.threads.size)
    let compute = { (unit: Int, queries: Range<Int>, workspace: UnsafeMutableRawPointer) in
      kernels.attention(
        self, batch: unit / heads, head: unit % heads, queries: queries, into: output, logSumExp: logSumExp,
        workspace: workspace)
    }
    backend.threads.run(shares.threads) { thread in
      backend.withWorkspace(bytes: kernels.attentionWorkspaceSize(self)) { workspace in
        for unit in shares.whole(thread) { compute(unit, 0..<queryTime, workspace) }
        for unit in shares.divided {
          let queries = queryRange(thread, shares, batch: unit / heads)
          if !queries.isEmpty { compute(unit, queries, workspace) }
        }
      }
    }
  }

  /// A unit is a key and value head of a batch row with its query heads; of all batch rows if the bias, which they share,
  /// gets a gradient. A divided unit takes two passes, one for dK and dV by parts of the keys, one for dQ by parts of the queries.
  func runBackward(_ gradients: AttentionGradients, on backend: Backend) {
    let kernels = backend.kernels
    let joinsBatch = gradients.bias != nil
    let shares = AttentionShares(
      units: keyValueHeads * (joinsBatch ? 1 : batch), work: 3 * work(batch * heads), threads: backend.threads.size)
    var (ofKeys, ofQueries) = (gradients, gradients)
    (ofKeys.query, ofKeys.bias) = (nil, nil)
    (ofQueries.key, ofQueries.value) = (nil, nil)
    backend.threads.run(shares.threads) { thread in
      backend.withWorkspace(bytes: kernels.attentionBackwardWorkspaceSize(self)) { workspace in
        let compute = { (part: AttentionGradients, unit: Int, batch: Int, queries: Range<Int>, keys: Range<Int>) in
          kernels.attentionBackward(
            self, part, batch: batch, keyValueHead: unit % keyValueHeads, queries: queries, keys: keys,
            workspace: workspace)
        }
        let batches = { (unit: Int) in
          joinsBatch ? 0..<batch : unit / keyValueHeads..<unit / keyValueHeads + 1
        }
        for unit in shares.whole(thread) {
          for batch in batches(unit) { compute(gradients, unit, batch, 0..<queryTime, 0..<keyTime) }
        }
        for unit in shares.divided {
          for batch in batches(unit) {
            if gradients.key != nil {
              compute(ofKeys, unit, batch, 0..<queryTime, keyRange(thread, shares, batch: batch))
            }
            if gradients.query != nil || gradients.bias != nil {
              compute(ofQueries, unit, batch, queryRange(thread, shares, batch: batch), 0..<keyTime)
            }
          }
        }
      }
    }
  }

  private func queryRange(_ thread: Int, _ shares: AttentionShares, batch: Int) -> Range<Int> {
    shares.range(thread, count: queryTime, step: 32) { keysSeen(byQuery: $0, batch: batch) }
  }

  private func keyRange(_ thread: Int, _ shares: AttentionShares, batch: Int) -> Range<Int> {
    shares.range(thread, count: keyTime, step: Attention.keyBlock) { key in
      isCausal ? queryTime - max(0, min(queryTime, key - (keyTime - queryTime))) : queryTime
    }
  }
}

extension Backend {
  /// Scratch memory from the pool, for as long as `body` runs.
  func withWorkspace(bytes: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
    let workspace = pool.allocate((bytes + 3) / 4)
    withExtendedLifetime(workspace) { body(UnsafeMutableRawPointer(workspace.base)) }
  }
}
