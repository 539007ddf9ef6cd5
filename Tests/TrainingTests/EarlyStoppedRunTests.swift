import TestSupport
import Testing

@testable import Training

@Suite struct EarlyStoppedRunTests {
  /// Clouds that overlap wholly, a large step and a short patience: soon nothing but the training loss falls.
  private let experiment: Experiment

  init() throws {
    experiment = try Experiment().with(
      "data.validation=0.3", "training.steps=400", "training.evaluate_every=2", "training.early_stopping.patience=3",
      "optimizer.schedule.kind=constant", "optimizer.schedule={}", "checkpoint.every=5")
    try experiment.folder.write(cloudsTable(rows: Experiment.rows, spread: 5), to: "clouds.csv")
  }

  @Test("all ranks stop at the same step, at an evaluation, with that step saved")
  func together() throws {
    let alone = try experiment.train("alone")[0]
    #expect(alone.training.stoppedEarly)
    #expect(alone.training.steps < 400 && alone.training.steps.isMultiple(of: 2))
    for ranks in [2, 3] {
      let summaries = try experiment.train("on\(ranks)", ranks: ranks)
      #expect(summaries.map(\.training.steps) == Array(repeating: alone.training.steps, count: ranks))
      #expect(summaries.allSatisfy { $0.training.stoppedEarly && $0.parametersDigest == alone.parametersDigest })
      #expect(try experiment.checkpoints("on\(ranks)").steps().last == alone.training.steps)
    }
  }

  @Test("the loss that ended it is the last of as many in a row, as the patience says, that were not the best")
  func reason() throws {
    try experiment.train("alone")
    let losses = try experiment.metrics("alone").compactMap(\.validationLoss)
    let best = try #require(losses.min())
    #expect(losses.suffix(3).allSatisfy { $0 > best })
    #expect(losses[losses.count - 4] == best)
  }

  @Test("interrupted on the way it stops at the same step, and once stopped it stays so")
  func resumed() throws {
    let straight = try experiment.train("straight")[0]
    _ = try experiment.outcomes("cut", ranks: 2, interruption: (rank: 0, step: straight.training.steps - 1))
    #expect(try experiment.train("cut", ranks: 3)[0].training.steps == straight.training.steps)
    #expect(try experiment.bits("cut") == experiment.bits("straight"))
    #expect(try experiment.train("cut")[0].training.steps == straight.training.steps)
  }
}
