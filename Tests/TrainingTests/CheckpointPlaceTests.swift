import Checkpoints
import Failures
import Files
import Glibc
import TestSupport
import Testing

@testable import Training

/// Where checkpoints are saved, by whom, and what is found out about the place before training.
@Suite struct CheckpointPlaceTests {
  let experiment: Experiment
  var path: String { experiment.folder.path }

  init() throws { experiment = try Experiment() }

  private func files(_ run: String, step: Int = Experiment.steps) throws -> [String] {
    try experiment.checkpoints(run).load(step: step).manifest.files.map(\.name)
  }

  @Test("ranks that see the folder each write a file of the model; others leave theirs to them, and that is said once")
  func notShared() throws {
    let ranks = 3
    _ = try experiment.outcomes("shared", ranks: ranks)
    #expect(try files("shared").filter { $0.hasPrefix("model") }.count == ranks)
    var apart = experiment
    apart.ownFileSystems[1] = ElsewhereFileSystem(seeing: path + "/apart", as: path + "/elsewhere")
    let outcomes = try apart.outcomes("apart", ranks: ranks)
    #expect(try files("apart").filter { $0.hasPrefix("model") }.count == ranks - 1)
    #expect(
      outcomes[0].notes.filter { $0.contains("do not see") } == [
        "1 of 3 ranks do not see \(path)/apart/checkpoints: the others save for them"
      ])
    #expect(try apart.bits("apart") == experiment.bits("shared"))
    #expect(!experiment.folder.exists("elsewhere"))
    let others = try experiment.folder.contents("apart").filter { $0.contains("token") }
    #expect(others.isEmpty)
  }

  @Test("ranks of other nodes that see the folder do their share too, where optimizer state is on one node")
  func nodes() throws {
    let spread = experiment.with("collective.ranks_per_node=1")
    try spread.train("spread", ranks: 2)
    var apart = spread
    apart.ownFileSystems[1] = ElsewhereFileSystem(seeing: path + "/apart", as: path + "/elsewhere")
    try apart.train("apart", ranks: 2)
    #expect(
      try files("apart") == ["model-00001-of-00001.safetensors", "optimizer-00001-of-00001.safetensors"])
    #expect(try apart.bits("apart") == spread.bits("spread"))
  }

  @Test("checkpoint.path takes them elsewhere, tools find them from the run's folder, and a run goes on from there")
  func elsewhere() throws {
    let straight = experiment
    try straight.train("straight")
    let moved = experiment.with("checkpoint.path=../kept/of a")
    _ = try moved.outcomes("a", interruption: (0, 6))
    #expect(experiment.folder.exists("kept/of a/step-00000006"))
    #expect(try experiment.checkpoints("a").steps() == [4, 6])
    let notes = try moved.outcomes("a")[0].notes
    #expect(notes == ["resumed from \(path)/a/../kept/of a/step-00000006"])
    #expect(try experiment.bits("a") == straight.bits("straight"))
    _ = try moved.outcomes("a", resume: ResumePolicy.none)
    #expect(experiment.folder.exists("kept/of a.old-1/step-00000012"))
    #expect(try experiment.bits("a") == straight.bits("straight"))
  }

  @Test("a folder that cannot be written ends the run before its first step, with what to do")
  func unwritable() throws {
    try experiment.folder.write("", to: "file")
    let outcome = try experiment.with("checkpoint.path=../file/in").outcomes("a")[0]
    let error = try #require(outcome.error as? any UserFacingError)
    #expect(error.exitStatus == .cannotWrite)
    #expect(error.remedy != nil)
    #expect(!experiment.folder.exists("a/metrics.jsonl"))
    var full = experiment
    full.fileSystem = QuickFileSystem(roomForWrites: 1)
    let cause = try #require(try full.outcomes("b")[0].error as? CheckpointFailure)
    guard case .unusable(path + "/b/checkpoints", let failure) = cause else {
      Issue.record("\(cause)")
      return
    }
    #expect(failure.code == ENOSPC)
    #expect(cause.exitStatus == .cannotWrite)
    #expect(try experiment.folder.contents("b").allSatisfy { !$0.contains("token") })
  }

  @Test(
    "a disk without room for two checkpoints ends the run before its first step; one that has a checkpoint needs one")
  func tooLittleSpace() throws {
    // Of 5-8-3: 75 parameters, each with two moments, of four bytes.
    let size = 75 * 3 * 4
    func with(room: Int) -> Experiment {
      var full = experiment
      full.fileSystem = ElsewhereFileSystem(seeing: "/nowhere", as: "", room: room)
      return full
    }
    let error = try #require(try with(room: 2 * size - 1).outcomes("a")[0].error as? CheckpointFailure)
    #expect(
      error == .tooLittleSpace(directory: path + "/a/checkpoints", free: 2 * size - 1, needed: 2 * size))
    #expect(error.exitStatus == .cannotWrite)
    #expect(try experiment.folder.contents("a").allSatisfy { !$0.contains("token") && !$0.contains("metrics") })
    try with(room: 2 * size).with("training.steps=4").train("a")
    #expect(try with(room: size - 1).outcomes("a")[0].error is CheckpointFailure)
    try with(room: size).train("a")
  }
}
