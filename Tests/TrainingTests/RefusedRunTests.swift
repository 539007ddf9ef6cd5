import Checkpoints
import Collectives
import Datasets
import Failures
import TestSupport
import Testing

@testable import Training

/// Runs that cannot begin, or cannot go on: one rank says why, and nothing is spoilt.
@Suite struct RefusedRunTests {
  private let experiment: Experiment

  init() throws { experiment = try Experiment() }

  /// The error that the only complaining rank of two has; the other one knows of it.
  private func failure(
    _ experiment: Experiment, _ run: String, ranks: Int = 2, resume: ResumePolicy = .automatic,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws -> (any UserFacingError)? {
    let outcomes = try experiment.outcomes(run, ranks: ranks, resume: resume)
    let first = try #require(outcomes[0].error as? any UserFacingError, sourceLocation: sourceLocation)
    for outcome in outcomes.dropFirst() {
      #expect(
        outcome.error as? FailedElsewhere == FailedElsewhere(rank: 0, exitStatus: first.exitStatus),
        sourceLocation: sourceLocation)
    }
    return first
  }

  @Test(
    "a checkpoint of another model: the first tensor that differs is named with both shapes, and nothing is touched")
  func otherModel() throws {
    try experiment.train("a")
    let before = try experiment.bits("a")
    let error = try #require(try failure(experiment.with("model.hidden=[9]"), "a"))
    #expect(
      error.message == "\(experiment.folder.path)/a/checkpoints/step-00000012 is a checkpoint of another model: "
        + "its tensor 'layers.0.weight' has shape [5, 8], here it is [5, 9] (and 2 more tensors differ)")
    #expect(error.exitStatus == .badData)
    #expect(try experiment.bits("a") == before)
    #expect(try experiment.folder.text("a/config.yaml").contains("hidden: [8]"))
  }

  @Test("a model with the same tensors and another function: the key is named with both values")
  func otherActivation() throws {
    try experiment.train("a")
    let error = try failure(experiment.with("model.activation=relu"), "a")
    #expect(
      error as? TrainingError
        == .otherConfiguration(
          directory: experiment.folder.path + "/a/checkpoints/step-00000012", key: "model.activation", here: "relu",
          there: "tanh", others: 0))
    #expect(error?.exitStatus == .configuration)
  }

  @Test("several keys that differ: the first is named with both values, the others are counted")
  func otherConfiguration() throws {
    try experiment.train("a")
    let error = try failure(experiment.with("training.batch=12", "training.seed=9", "training.log_every=1"), "a")
    #expect(error?.message.contains("training.seed is 1 there and 9 here, and 1 more keys differ") == true)
  }

  @Test("other data under the same name are noticed, even where a single label differs")
  func otherData() throws {
    try experiment.train("a")
    let rows = try experiment.folder.text("clouds.csv")
    let relabelled = rows.dropLast(2) + "0\n"
    for other in [cloudsTable(rows: Experiment.rows, spread: 0.6), String(relabelled)] {
      try experiment.folder.write(other, to: "clouds.csv")
      let error = try failure(experiment, "a")
      #expect(error as? TrainingError == .otherData(directory: experiment.folder.path + "/a/checkpoints/step-00000012"))
      #expect(error?.exitStatus == .badData)
    }
  }

  @Test("more ranks than lanes are refused before anything is written, also when a run is gone on with")
  func moreRanksThanLanes() throws {
    let error = try failure(experiment, "a", ranks: 5)
    #expect(error as? TrainingError == .moreRanksThanLanes(ranks: 5, lanes: 4))
    #expect(!experiment.folder.exists("a"))
    let automatic = experiment.with("training.lanes=auto")
    try automatic.train("b", ranks: 2)
    #expect(try failure(automatic, "b", ranks: 4) as? TrainingError == .moreRanksThanLanes(ranks: 4, lanes: 2))
  }

  @Test("ranks that do not divide the batch cannot become its lanes")
  func indivisible() throws {
    let error = try failure(experiment.with("training.lanes=auto"), "a", ranks: 3)
    #expect(error?.message == "training.batch 8 cannot be split into 3 equal lanes")
    #expect(!experiment.folder.exists("a"))
  }

  @Test("a data set smaller than a batch, and one with three classes for a binary task, leave no folder behind")
  func unfittingData() throws {
    let large = try failure(experiment.with("training.batch=64"), "a")
    #expect(large?.message == "the training part holds 54 samples, fewer than one batch of 64")
    let binary = try failure(experiment.with("data.task=binary"), "a")
    #expect(binary as? TrainingError == .notBinary(3, origin: experiment.folder.path + "/clouds.csv"))
    #expect(!experiment.folder.exists("a"))
  }

  @Test("a checkpoint that is not there is not replaced by a new beginning")
  func noCheckpoint() throws {
    let path = experiment.folder.path + "/nowhere"
    #expect(try failure(experiment, "a", resume: .from(path))?.exitStatus == .missingInput)
    #expect(!experiment.folder.exists("a"))
  }

  @Test("a damaged newest checkpoint is passed over for the one before, and that is said")
  func damaged() throws {
    try experiment.train("straight")
    try experiment.train("a")
    let store = "a/checkpoints/step-00000012"
    try experiment.folder.write("{", to: store + "/MANIFEST.json")
    let outcome = try experiment.outcomes("a", ranks: 2)[0]
    #expect(outcome.notes.count == 2)
    #expect(
      outcome.notes[0].hasPrefix("skipped checkpoint \(experiment.folder.path)/\(store): MANIFEST.json is cut off"))
    #expect(outcome.notes[1].hasSuffix("step-00000008"))
    #expect(try experiment.bits("a") == experiment.bits("straight"))
  }

  @Test("a run without one sound checkpoint does not begin anew in silence")
  func allDamaged() throws {
    try experiment.train("a")
    for step in ["04", "08", "12"] {
      try experiment.folder.write("{", to: "a/checkpoints/step-000000\(step)/MANIFEST.json")
    }
    #expect(try failure(experiment, "a")?.exitStatus == .badData)
    #expect(try experiment.train("a", resume: .none)[0].training.steps == Experiment.steps)
  }

  // The loss of a regression grows beyond all numbers when every step is far too long.
  @Test("a loss or gradient that is not finite ends the run, and no checkpoint made of it is ever saved")
  func diverging() throws {
    let diverging = experiment.with(
      "data.task=regression", "optimizer={kind: sgd, learning_rate: 1000}", "training.clip_norm=none",
      "checkpoint.every=1", "checkpoint.keep=99", "training.steps=50")
    let error = try failure(diverging, "a")
    #expect(error is TrainingError)
    #expect(error?.exitStatus == .badData)
    #expect(error?.remedy?.contains("optimizer.learning_rate") == true)
    let steps = try diverging.checkpoints("a").steps()
    #expect(steps.count < 50 && steps == Array(1...steps.count))
    #expect(!experiment.folder.exists("a/summary.json"))
    for step in steps {
      let checkpoint = try diverging.checkpoints("a").load(step: step)
      for parameter in checkpoint.manifest.parameters {
        var values = [Float](repeating: 0, count: parameter.shape.reduce(1, *))
        try values.withUnsafeMutableBufferPointer {
          try checkpoint.copyParameter(named: parameter.name, shape: parameter.shape, into: $0)
        }
        #expect(values.allSatisfy { $0.isFinite }, "\(parameter.name) after step \(step)")
      }
    }
  }

  // The absolute error of w * 1.5e38 is a number, and so is the gradient of a lane, 1.5e38, but not the sum of four.
  private func overflowing() throws -> Experiment {
    try experiment.folder.write(String(repeating: "1.5e38,0\n", count: 40), to: "clouds.csv")
    return experiment.with(
      "model.hidden=[]", "data.task=regression", "data.scaling=none", "training.loss=mae",
      "optimizer={kind: sgd, learning_rate: 1}", "training.clip_norm=none", "checkpoint.every=1")
  }

  @Test(
    "a sum of gradients that is not finite ends the run before anything is saved, and names the parameter",
    arguments: [1, 2, 3], ["canonical", "mpi"])
  func overflowing(ranks: Int, algorithm: String) throws {
    let overflowing = try overflowing().with("collective.algorithm=\(algorithm)")
    // With the norm and without it.
    for every in [1, 9] {
      let error = try failure(overflowing.with("training.log_every=\(every)"), "a", ranks: ranks)
      guard case .gradientNotFinite(step: 1, "layers.0.weight", _) = error as? TrainingError else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(error?.exitStatus == .badData)
      #expect(try overflowing.checkpoints("a").steps().isEmpty)
    }
  }

  // The gradient of a lane is 2e38, so the sum of two is none.
  @Test("the lanes are named whose partial sums are not finite")
  func lanesAreNamed() throws {
    let overflowing = try overflowing()
    try experiment.folder.write(String(repeating: "2e38,0\n", count: 40), to: "clouds.csv")
    for every in [1, 9] {
      let error = try failure(overflowing.with("training.log_every=\(every)"), "a")
      #expect(error as? TrainingError == .gradientNotFinite(step: 1, "layers.0.weight", "lanes 0 to 1 and 2 to 3"))
    }
  }

  @Test(
    "where such steps are to be skipped, the run goes on, leaves the parameters alone and counts them",
    arguments: [1, 2])
  func skipping(ranks: Int) throws {
    let skipping = try overflowing().with("training.on_nonfinite=skip")
    let summary = try skipping.train("a", ranks: ranks)[0]
    #expect(summary.training.skippedSteps == Experiment.steps)
    let untouched = try skipping.with("training.steps=0").train("b")[0]
    #expect(summary.parametersDigest == untouched.parametersDigest)
  }
}
