import Checkpoints
import Collectives
import Failures
import Files
import TestSupport
import Testing

@testable import Training

@Suite struct FullDiskTests {
  @Test(
    "wherever the disk fills up, the run fails cleanly, what was saved is sound, and with room again it ends the same")
  func everyWrite() throws {
    var experiment = try Experiment().with("training.steps=9")
    let counting = QuickFileSystem()
    experiment.fileSystem = counting
    try experiment.train("straight")
    #expect(counting.writes > 20)
    for room in 0..<counting.writes {
      let run = "full\(room)"
      experiment.fileSystem = QuickFileSystem(roomForWrites: room)
      let error = try experiment.outcomes(run, ranks: 1)[0].error as? any UserFacingError
      #expect(error?.exitStatus == .cannotWrite, "room for \(room) writes: \(error?.message ?? "no error")")
      #expect(error?.message.contains("No space left on device") == true)
      #expect(error?.remedy?.hasPrefix("Free space") == true)
      for step in try experiment.checkpoints(run).steps() {
        #expect(throws: Never.self) { try experiment.checkpoints(run).load(step: step) }
      }
      let halfWritten = try experiment.folder.contents(run).filter { $0.contains(".partial") }
      #expect(halfWritten.isEmpty, "room for \(room) writes")
      experiment.fileSystem = QuickFileSystem()
      try experiment.train(run)
      #expect(try experiment.bits(run) == experiment.bits("straight"))
      #expect(try experiment.metrics(run) == experiment.metrics("straight"))
    }
  }

  @Test("a full disk on the one rank that writes ends the others too")
  func otherRanks() throws {
    var experiment = try Experiment()
    experiment.fileSystem = QuickFileSystem(roomForWrites: 6)
    let outcomes = try experiment.outcomes("a", ranks: 3)
    #expect((outcomes[0].error as? any UserFacingError)?.exitStatus == .cannotWrite)
    for outcome in outcomes.dropFirst() {
      #expect(outcome.error as? FailedElsewhere == FailedElsewhere(rank: 0, exitStatus: .cannotWrite))
    }
  }
}
