import KernelInterface

/// The optimizers' steps over a range of an arena of parameters, on the calling thread. All arenas have one layout; `gradients`
/// points to the first value of the range. Every value is computed by itself, so cutting the range, over threads, ranks or
/// calls, does not change a bit.
extension Arena {
  public func update(
    _ step: AdamStep, gradients: UnsafePointer<Float>, firstMoments: Arena, secondMoments: Arena, range: Range<Int>
  ) {
    let at = start(of: range, alongside: [firstMoments, secondMoments])
    backend.kernels.adam(
      step, parameters: storage.base + at, gradients: gradients, firstMoments: firstMoments.storage.base + at,
      secondMoments: secondMoments.storage.base + at, count: range.count)
  }

  public func update(
    _ step: MomentumStep, gradients: UnsafePointer<Float>, velocities: Arena, range: Range<Int>
  ) {
    let at = start(of: range, alongside: [velocities])
    backend.kernels.momentum(
      step, parameters: storage.base + at, gradients: gradients, velocities: velocities.storage.base + at,
      count: range.count)
  }

  public func update(
    _ step: RMSPropStep, gradients: UnsafePointer<Float>, squareAverages: Arena, range: Range<Int>
  ) {
    let at = start(of: range, alongside: [squareAverages])
    backend.kernels.rmsProp(
      step, parameters: storage.base + at, gradients: gradients, squareAverages: squareAverages.storage.base + at,
      count: range.count)
  }

  /// The running statistics' step for those in `range`: value <- value + momentum (batch's - value), where `meanFactor` times
  /// the gradient's place is the batch's value: the mean over lanes, when there is their sum.
  public func updateStatistics(from gradients: UnsafePointer<Float>, range: Range<Int>, meanFactor: Float) {
    guard range.upperBound > layout.trainedRange.upperBound else { return }
    for entry in layout.entries {
      guard case .runningStatistic(let momentum) = entry.role, entry.range.overlaps(range) else { continue }
      let part = entry.range.clamped(to: range)
      let value = storage.base + part.lowerBound
      backend.kernels.scale(value, by: 1 - momentum, into: value, count: part.count)
      backend.kernels.addScaled(
        gradients + (part.lowerBound - range.lowerBound), by: momentum * meanFactor, to: value, count: part.count)
    }
    withExtendedLifetime(self) {}
  }

  /// The same for all running statistics.
  public func updateStatistics(from gradients: Arena, meanFactor: Float) {
    precondition(gradients.layout == layout, "arenas of \(gradients.count) and \(count) values, laid out differently")
    updateStatistics(from: UnsafePointer(gradients.storage.base), range: 0..<count, meanFactor: meanFactor)
    withExtendedLifetime(gradients) {}
  }

  /// Calls `body` with the parts of the arena that its threads take, and the address of each part's first value.
  public func forEachPart(_ body: (_ range: Range<Int>, _ values: UnsafePointer<Float>) -> Void) {
    backend.forEachRange(of: count) { range in body(range, UnsafePointer(storage.base + range.lowerBound)) }
    withExtendedLifetime(self) {}
  }

  private func start(of range: Range<Int>, alongside others: [Arena]) -> Int {
    for other in others {
      precondition(other.layout == layout, "arenas of \(other.count) and \(count) values, laid out differently")
    }
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range \(range) of an arena of \(count) values")
    return range.lowerBound
  }
}
