/// Where two runs part: the first step, of those that both have a checkpoint of, at which a tensor differs.
public struct RunComparison: Equatable, Sendable {
  /// The last step at which all tensors were the same bits; `nil` where there was none.
  public let lastEqualStep: Int?
  /// The step at which they part; `nil` where all of their common steps are equal.
  public let partingStep: Int?
  /// Of the step at which they part, else of the last.
  public let comparison: CheckpointComparison
  /// How many steps were compared.
  public let comparedSteps: Int

  /// Walks the common steps in ascending order, and no further than to the first that differs.
  ///
  /// Throws ``CheckpointFailure`` where there is no common step, or one of the checkpoints is damaged.
  public init(_ first: CheckpointStore, _ second: CheckpointStore) throws {
    let steps = try Set(first.steps()).intersection(second.steps()).sorted()
    guard !steps.isEmpty else {
      throw CheckpointFailure.noCommonStep(first: first.directory, second: second.directory)
    }
    var lastEqual: Int?
    var latest: CheckpointComparison?
    for (index, step) in steps.enumerated() {
      let comparison = try CheckpointComparison(first.load(step: step), second.load(step: step))
      guard comparison.isEqual else {
        self.init(lastEqualStep: lastEqual, partingStep: step, comparison: comparison, comparedSteps: index + 1)
        return
      }
      lastEqual = step
      latest = comparison
    }
    guard let latest else { preconditionFailure("there was a step to compare") }
    self.init(lastEqualStep: lastEqual, partingStep: nil, comparison: latest, comparedSteps: steps.count)
  }

  private init(lastEqualStep: Int?, partingStep: Int?, comparison: CheckpointComparison, comparedSteps: Int) {
    self.lastEqualStep = lastEqualStep
    self.partingStep = partingStep
    self.comparison = comparison
    self.comparedSteps = comparedSteps
  }
}
