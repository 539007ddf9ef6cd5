import KernelInterface

/// The optimizers' steps over a range of an arena of parameters. All arenas have one layout. Every value is computed by
/// itself, so cutting the range, over threads or over calls, does not change a bit.
extension Arena {
  public func update(
    _ step: AdamStep, gradients: Arena, firstMoments: Arena, secondMoments: Arena, range: Range<Int>
  ) {
    forEachRange(in: range, alongside: [gradients, firstMoments, secondMoments]) { at, count in
      backend.kernels.adam(
        step, parameters: storage.base + at, gradients: gradients.storage.base + at,
        firstMoments: firstMoments.storage.base + at, secondMoments: secondMoments.storage.base + at, count: count)
    }
  }

  public func update(_ step: MomentumStep, gradients: Arena, velocities: Arena, range: Range<Int>) {
    forEachRange(in: range, alongside: [gradients, velocities]) { at, count in
      backend.kernels.momentum(
        step, parameters: storage.base + at, gradients: gradients.storage.base + at,
        velocities: velocities.storage.base + at, count: count)
    }
  }

  public func update(_ step: RMSPropStep, gradients: Arena, squareAverages: Arena, range: Range<Int>) {
    forEachRange(in: range, alongside: [gradients, squareAverages]) { at, count in
      backend.kernels.rmsProp(
        step, parameters: storage.base + at, gradients: gradients.storage.base + at,
        squareAverages: squareAverages.storage.base + at, count: count)
    }
  }

  /// The running statistics' step: value <- value + momentum (batch's - value), where `meanFactor` times what stands in
  /// `gradients` is the batch's value: the mean over lanes, when it holds their sum.
  public func updateStatistics(from gradients: Arena, meanFactor: Float) {
    precondition(gradients.layout == layout, "arenas of \(gradients.count) and \(count) values, laid out differently")
    for entry in layout.entries {
      guard case .runningStatistic(let momentum) = entry.role else { continue }
      let (value, at, count) = (storage.base + entry.range.lowerBound, entry.range.lowerBound, entry.range.count)
      backend.kernels.scale(value, by: 1 - momentum, into: value, count: count)
      backend.kernels.addScaled(gradients.storage.base + at, by: momentum * meanFactor, to: value, count: count)
    }
    withExtendedLifetime((self, gradients)) {}
  }

  /// Calls `body` with the begin and the length of ranges that cover `range`, over the threads.
  private func forEachRange(
    in range: Range<Int>, alongside others: [Arena], _ body: (_ at: Int, _ count: Int) -> Void
  ) {
    for other in others {
      precondition(other.layout == layout, "arenas of \(other.count) and \(count) values, laid out differently")
    }
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range \(range) of an arena of \(count) values")
    backend.forEachRange(of: range.count) { part in body(range.lowerBound + part.lowerBound, part.count) }
    withExtendedLifetime((self, others)) {}
  }
}
