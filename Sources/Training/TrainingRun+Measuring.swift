import Collectives

#if canImport(Glibc)
  import Glibc
#endif

extension TrainingRun {
  /// Steps before those that are measured: they allocate memory and wake threads.
  static let warmUpSteps = 2

  /// Does the steps and tells how long they took: no evaluation, no checkpoint, nothing on disk. A collective; every rank
  /// gets the same. For a run that was made to be measured.
  public func measure() throws -> StepMeasurement {
    precondition(state.step == 0 && totalSteps > Self.warmUpSteps, "a run that was not made to be measured")
    for step in 0..<Self.warmUpSteps { _ = try trainer.run(step: step, wantsNorm: false) }
    try group.barrier()
    let clock = ContinuousClock()
    let begin = clock.now
    var last = begin
    var own: [Double] = []
    for step in Self.warmUpSteps..<totalSteps {
      let times = try trainer.run(step: step, wantsNorm: false).times
      let now = clock.now
      own += [(now - last) / .seconds(1), times.compute, times.wait, times.reduce, times.update]
      last = now
    }
    state.step = totalSteps
    let total = (last - begin) / .seconds(1)
    let figures = try group.allGather(own)
    let link = try measureLink()
    return StepMeasurement(
      model: model.model.description, arenaCount: parameters.count,
      largestCount: parameters.layout.entries.map(\.shape.count).max() ?? 0, stateArenas: optimizer.state.count,
      algorithm: configuration.collective.algorithm.rawValue, ranks: group.size, nodes: reduction.nodes,
      threads: parameters.backend.threads.size, lanes: trainer.plan.lanes, batch: trainer.plan.batchSize,
      tokensPerSample: data.training.context,
      link: link, steps: StepMeasurement.slowest(of: figures), totalSeconds: try group.allGather([total])[0][0],
      peakResidentBytes: try group.allGather([Self.peakResidentBytes]).map { Int($0[0]) })
  }

  private func measureLink() throws -> StepMeasurement.Link? {
    guard let exchange = (reduction as? CanonicalReduction)?.exchange, !exchange.isOnOneNode else { return nil }
    let link = try group.measureLink(on: exchange.plan.topology, byteCount: 4 << 20)
    let bucket = exchange.plan.buckets.map(\.count).max() ?? 0
    return StepMeasurement.Link(
      latency: link.latency, bandwidth: link.bandwidth, bucketBytes: bucket * MemoryLayout<Float>.stride,
      valueBytes: exchange.options.precision == .bfloat16 ? 2 : 4, overlaps: exchange.isOverlapped)
  }

  /// The most memory of this process that was in use at any time.
  private static var peakResidentBytes: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) * 1024
  }
}

extension StepMeasurement {
  /// For each step the figures of the rank that took longest.
  ///
  /// - Parameter figures: of every rank; of each step the seconds, then compute, wait, reduce and update.
  static func slowest(of figures: [[Double]]) -> [Step] {
    stride(from: 0, to: figures[0].count, by: 5).map { place in
      let slowest = figures.max { $0[place] < $1[place] } ?? figures[0]
      var parts = StepTimes()
      (parts.compute, parts.wait) = (slowest[place + 1], slowest[place + 2])
      (parts.reduce, parts.update) = (slowest[place + 3], slowest[place + 4])
      return Step(seconds: slowest[place], parts: parts)
    }
  }
}
