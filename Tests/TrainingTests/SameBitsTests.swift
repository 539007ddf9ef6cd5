import Checkpoints
import Collectives
import Failures
import TestSupport
import Testing

@testable import Training

/// However a run is cut up, over ranks and over time, it is the same run.
@Suite struct SameBitsTests {
  private let experiment: Experiment

  init() throws { experiment = try Experiment() }

  @Test("every rank has the same summary but for its times")
  func everyRank() throws {
    let summaries = try experiment.train("a", ranks: 3)
    #expect(Set(summaries.map(\.parametersDigest)).count == 1)
    #expect(summaries.allSatisfy { $0.results == summaries[0].results && $0.training.steps == Experiment.steps })
    #expect(summaries[0].machine.ranks == 3)
    #expect(summaries[0].results.training.samples + summaries[0].results.test!.samples == 72)
  }

  // The group of threads adds in rank order. That is the lanes' tree where at most one rank holds a whole half of it:
  // (0 + 1) + (2 + 3) on two ranks, (0 + 1) + (2 + 3) on three, whose last holds two lanes.
  @Test("four lanes on 1, 2 or 3 ranks: the same bits in parameters, optimizer state and metrics", arguments: [2, 3])
  func ranks(ranks: Int) throws {
    let alone = try experiment.train("alone")[0]
    let together = try experiment.train("together", ranks: ranks)[0]
    #expect(together.results == alone.results)
    #expect(together.parametersDigest == alone.parametersDigest)
    #expect(try experiment.bits("together") == experiment.bits("alone"))
    #expect(try experiment.metrics("together") == experiment.metrics("alone"))
  }

  @Test("on 4 ranks, ((0 + 1) + 2) + 3, the losses are equal but for rounding")
  func fourRanks() throws {
    let alone = try experiment.train("alone")[0].results
    let together = try experiment.train("together", ranks: 4)[0].results
    #expect(abs(together.training.loss - alone.training.loss) < 1e-6)
    #expect(abs(together.test!.loss - alone.test!.loss) < 1e-6)
    for (one, other) in zip(try experiment.metrics("together"), try experiment.metrics("alone")) {
      #expect(one.step == other.step)
      #expect(abs((one.trainingLoss ?? 0) - (other.trainingLoss ?? 0)) < 1e-6)
    }
  }

  @Test("the seed decides the bits")
  func seed() throws {
    let one = try experiment.train("one")[0].parametersDigest
    #expect(try experiment.with("training.seed=2").train("other")[0].parametersDigest != one)
  }

  @Test("without lanes in the configuration the first launch's ranks are the lanes, for good")
  func automaticLanes() throws {
    let automatic = experiment.with("training.lanes=auto")
    #expect(try automatic.with("training.steps=6").train("a", ranks: 2)[0].training.lanes == 2)
    let resumed = try automatic.train("a")[0]
    #expect(resumed.training.lanes == 2)
    #expect(try automatic.train("b", ranks: 2)[0].parametersDigest == resumed.parametersDigest)
    #expect(try experiment.folder.text("a/config.yaml").contains("lanes: 2\n"))
  }

  @Test(
    "interrupted after any step, on any rank, and gone on with on other ranks: the same bits and the same metrics",
    arguments: [1, 4, 5, 7, 11])
  func interrupted(step: Int) throws {
    try experiment.train("straight")
    let ended = try experiment.outcomes("cut", ranks: 2, interruption: (rank: 1, step: step))
    #expect(
      ended[0].error as? TrainingError
        == .interrupted(step: step, directory: experiment.folder.path + "/cut"))
    #expect(ended[1].error as? FailedElsewhere == FailedElsewhere(rank: 0, exitStatus: .temporary))
    #expect(try experiment.checkpoints("cut").steps().last == step)
    try experiment.train("cut", ranks: 3)
    #expect(try experiment.bits("cut") == experiment.bits("straight"))
    #expect(try experiment.metrics("cut") == experiment.metrics("straight"))
  }

  @Test("an interruption in the last step is none: everything is done and saved")
  func interruptedAtTheEnd() throws {
    let outcomes = try experiment.outcomes("a", interruption: (rank: 0, step: Experiment.steps))
    #expect(try outcomes[0].result.get().training.steps == Experiment.steps)
    #expect(experiment.folder.exists("a/summary.json"))
  }

  @Test("killed without a word some steps after a checkpoint, it does those steps again to the same bits")
  func killed() throws {
    try experiment.train("straight")
    // What a kill in step 12 would leave: the checkpoint of step 8, and lines of the metrics beyond it.
    try experiment.train("killed")
    try LocalFileSystem().rename(
      "\(experiment.folder.path)/killed/checkpoints/step-00000012", to: "\(experiment.folder.path)/lost")
    let outcome = try experiment.outcomes("killed", ranks: 2)[0]
    #expect(outcome.notes == ["resumed from \(experiment.folder.path)/killed/checkpoints/step-00000008"])
    #expect(try experiment.bits("killed") == experiment.bits("straight"))
    #expect(try experiment.metrics("killed") == experiment.metrics("straight"))
  }

  @Test("a longer run goes on where a shorter one ended, and a finished one only reports again")
  func longer() throws {
    try experiment.train("straight")
    try experiment.with("training.steps=5").train("longer")
    let first = try experiment.train("longer", ranks: 2)[0]
    #expect(try experiment.bits("longer") == experiment.bits("straight"))
    let again = try experiment.train("longer")[0]
    #expect(again.results == first.results && again.training.steps == Experiment.steps)
    #expect(again.training.medianStepSeconds == nil)
  }

  @Test("no steps at all: the untrained model is evaluated and saved")
  func noSteps() throws {
    let summary = try experiment.with("training.steps=0").train("none", ranks: 2)[0]
    #expect(summary.training.steps == 0 && summary.training.samplesPerSecond == nil)
    #expect(try experiment.checkpoints("none").steps() == [0])
    #expect(try experiment.metrics("none").isEmpty)
  }

  @Test("a checkpoint of another run's folder can be the beginning, and that run stays as it was")
  func fromElsewhere() throws {
    let path = experiment.folder.path + "/short"
    try experiment.train("straight")
    try experiment.with("training.steps=9").train("short")
    for (name, resume) in [("a", "\(path)/checkpoints/step-00000004"), ("b", path)] {
      try experiment.train(name, ranks: 2, resume: .from(resume))
      #expect(try experiment.bits(name) == experiment.bits("straight"))
    }
    #expect(try experiment.checkpoints("short").steps() == [4, 8, 9])
    #expect(try experiment.checkpoints("a").steps() == [8, 12])
    #expect(try experiment.checkpoints("b").steps() == [12])
    try experiment.train("finished", ranks: 2, resume: .from(experiment.folder.path + "/straight"))
    #expect(try experiment.checkpoints("finished").steps() == [12])
    #expect(try experiment.bits("finished") == experiment.bits("straight"))
  }

  @Test("begun anew, earlier checkpoints are set aside under a free name, and nothing of them is used")
  func anew() throws {
    try experiment.train("a")
    let before = try experiment.bits("a")
    for number in 1...2 {
      let outcome = try experiment.with("training.seed=2").outcomes("a", ranks: 2, resume: .none)[0]
      #expect(try outcome.result.get().training.steps == Experiment.steps)
      #expect(outcome.notes.count == 1 && outcome.notes[0].hasSuffix("/a/checkpoints.old-\(number)"))
    }
    let old = CheckpointStore(directory: experiment.folder.path + "/a/checkpoints.old-1")
    let oldFiles = try old.newest(skipping: { _ in })?.manifest.files
    #expect(oldFiles?.map { "\($0.name) \($0.sha256)" } == before)
    #expect(try experiment.bits("a") != before)
    try experiment.with("training.seed=2").train("b")
    #expect(try experiment.bits("a") == experiment.bits("b"))
  }
}
