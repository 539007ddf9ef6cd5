import KernelInterface

/// Which samples go to which lane at which step: a pure function, so that training resumes exactly at any step.
///
/// Every epoch is a shuffle of all samples, and the epochs follow each other in one endless stream. Step s takes
/// positions `s * batchSize..<(s + 1) * batchSize`, cut into `lanes` equal runs. An epoch therefore shows every sample
/// exactly once, no tail is dropped, and a batch may begin in one epoch and end in the next. The batch of a step
/// does not depend on `lanes`. Steps and epochs count from 0.
public struct ShardPlan: Hashable, Sendable {
  public let sampleCount: Int
  /// Samples per step over all lanes.
  public let batchSize: Int
  public let lanes: Int
  public let key: RandomKey

  /// - Throws: where the batch is not a multiple of `lanes`, or larger than the number of samples.
  public init(sampleCount: Int, batchSize: Int, lanes: Int, key: RandomKey) throws(DatasetError) {
    precondition(batchSize > 0 && lanes > 0, "a batch of \(batchSize) samples in \(lanes) lanes")
    guard batchSize.isMultiple(of: lanes) else {
      let fitting = (batchSize + lanes - 1) / lanes * lanes
      throw .configuration(
        "a batch of \(batchSize) samples cannot be cut into \(lanes) equal lanes",
        remedy: "Make the batch size a multiple of the lanes, such as \(fitting).")
    }
    guard sampleCount >= batchSize else {
      throw .configuration(
        "the training part holds \(sampleCount) samples, fewer than one batch of \(batchSize)",
        remedy: "Lower the batch size to at most \(sampleCount), or bring more data.")
    }
    self.sampleCount = sampleCount
    self.batchSize = batchSize
    self.lanes = lanes
    self.key = key
  }

  /// Samples per lane and step.
  public var laneBatchSize: Int { batchSize / lanes }

  /// The samples, in `0..<sampleCount`, that `lane` computes at `step`.
  public func samples(step: Int, lane: Int) -> [Int] {
    precondition(step >= 0 && lane >= 0 && lane < lanes, "step \(step), lane \(lane) of \(lanes)")
    let first = step * batchSize + lane * laneBatchSize
    var epoch = first / sampleCount
    var permutation = epochPermutation(epoch)
    return (first..<first + laneBatchSize).map { position in
      if position / sampleCount != epoch {
        epoch += 1
        permutation = epochPermutation(epoch)
      }
      return permutation[position % sampleCount]
    }
  }

  /// The epoch that the first sample of `step` belongs to.
  public func epoch(ofStep step: Int) -> Int { step * batchSize / sampleCount }

  /// The whole epochs seen once `steps` steps are done.
  public func completedEpochs(afterSteps steps: Int) -> Int { steps * batchSize / sampleCount }

  /// The fewest steps that show every sample `epochs` times.
  public func steps(forEpochs epochs: Int) -> Int { (epochs * sampleCount + batchSize - 1) / batchSize }

  /// Whether an epoch's last sample is taken at `step`. No step ends two epochs.
  public func endsEpoch(step: Int) -> Bool {
    completedEpochs(afterSteps: step + 1) > completedEpochs(afterSteps: step)
  }

  private func epochPermutation(_ epoch: Int) -> KeyedPermutation {
    KeyedPermutation(count: sampleCount, key: key.derived(UInt64(epoch)))
  }
}
