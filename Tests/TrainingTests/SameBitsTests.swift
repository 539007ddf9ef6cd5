import Checkpoints
import Collectives
import Failures
import Files
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

  @Test(
    "four lanes on 1 to 4 ranks, sharded or not: the same bits in parameters, optimizer state and metrics",
    arguments: [1, 2, 3, 4], ["true", "false"])
  func ranks(ranks: Int, sharded: String) throws {
    let alone = try experiment.train("alone")[0]
    let together = try experiment.with("optimizer.sharded=\(sharded)").train("together", ranks: ranks)[0]
    #expect(together.results == alone.results)
    #expect(together.parametersDigest == alone.parametersDigest)
    #expect(try experiment.bits("together") == experiment.bits("alone"))
    #expect(try experiment.metrics("together") == experiment.metrics("alone"))
  }

  @Test(
    "on nodes that exchange messages, overlapped or not: the same bits",
    arguments: [1, 2, 3],
    [("true", "true"), ("true", "false"), ("false", "true"), ("false", "false")])
  func nodes(ranksPerNode: Int, choices: (sharded: String, overlap: String)) throws {
    let (sharded, overlap) = choices
    let alone = try experiment.train("alone")[0]
    let nodes = experiment.with(
      "collective.ranks_per_node=\(ranksPerNode)", "optimizer.sharded=\(sharded)", "collective.overlap=\(overlap)",
      "collective.bucket=4096")
    let together = try nodes.train("together", ranks: 4)[0]
    #expect(together.machine.nodes == (4 + ranksPerNode - 1) / ranksPerNode)
    #expect(together.parametersDigest == alone.parametersDigest)
    #expect(try experiment.bits("together") == experiment.bits("alone"))
    #expect(try experiment.metrics("together") == experiment.metrics("alone"))
  }

  @Test(
    "without clipping, where sum and update are one pass, as well as with nodes: the same bits", arguments: [2, 3, 4])
  func withoutClipping(ranks: Int) throws {
    let plain = experiment.with("training.clip_norm=none")
    let alone = try plain.train("alone")[0].parametersDigest
    #expect(try plain.train("together", ranks: ranks)[0].parametersDigest == alone)
    #expect(try plain.with("collective.ranks_per_node=1").train("nodes", ranks: ranks)[0].parametersDigest == alone)
    #expect(try experiment.with("training.clip_norm=0.01").train("clipped")[0].parametersDigest != alone)
  }

  @Test("in bfloat16 between two nodes: the same bits for any ranks on them, and other bits than in float32")
  func bfloat16() throws {
    let rounded = experiment.with("collective.precision=bf16")
    let one = try rounded.with("collective.ranks_per_node=1").train("one", ranks: 2)[0]
    let two = try rounded.with("collective.ranks_per_node=2").train("two", ranks: 4)[0]
    let replicated = try rounded.with("collective.ranks_per_node=2", "optimizer.sharded=false").train("own", ranks: 4)[
      0]
    #expect(two.parametersDigest == one.parametersDigest)
    #expect(replicated.parametersDigest == one.parametersDigest)
    #expect(try experiment.bits("two") == experiment.bits("one"))
    #expect(one.parametersDigest != (try experiment.train("exact")[0].parametersDigest))
    #expect(one.machine.sameBits.contains("2 nodes"))
  }

  @Test("MPI's own all-reduce on two ranks, whose sum has one order")
  func mpi() throws {
    let alone = try experiment.train("alone")[0].parametersDigest
    #expect(try experiment.with("collective.algorithm=mpi").train("mpi", ranks: 2)[0].parametersDigest != "")
    #expect(try experiment.train("together", ranks: 2)[0].parametersDigest == alone)
  }

  @Test("where shared memory is too small the ranks send messages, say so once, and come to the same bits")
  func littleSharedMemory() throws {
    let alone = try experiment.train("alone")[0].parametersDigest
    let outcomes = try experiment.outcomes("little", ranks: 3, shareableByteCount: 100)
    #expect(try outcomes.map { try $0.result.get().parametersDigest } == [alone, alone, alone])
    #expect(try outcomes[0].result.get().machine.nodes == 3)
    #expect(outcomes[0].notes.count { $0.contains("shared memory is too small") } == 1)
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
    #expect(try old.newest(skipping: { _ in })?.bits() == before)
    #expect(try experiment.bits("a") != before)
    try experiment.with("training.seed=2").train("b")
    #expect(try experiment.bits("a") == experiment.bits("b"))
  }
}
