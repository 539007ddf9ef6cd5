import Checkpoints
import Failures
import Files
import TestSupport
import Testing

@testable import Training

@Suite struct UnreliableRunTests {
  @Test(
    "whichever fifth operation of a save goes wrong, and however, the run ends with the same bits, at once or resumed",
    arguments: UnreliableFileSystem.Fault.allCases)
  func everyFifthOperation(fault: UnreliableFileSystem.Fault) throws {
    var experiment = try Experiment().with("training.steps=6", "checkpoint={every: 3, keep: 2}")
    func fileSystem(
      at place: Int, _ ending: UnreliableFileSystem.Ending
    ) -> UnreliableFileSystem {
      UnreliableFileSystem(fault, at: place, ending) { $0.contains("/checkpoints") && !$0.contains("/token-") }
    }
    let straight = fileSystem(at: 0, .livesOn)
    experiment.fileSystem = straight
    try experiment.train("straight")
    let bits = try experiment.bits("straight")
    #expect(straight.calls.count > 50)
    // Every one of them takes a minute; `SaveFaultTests` does that without training.
    for place in stride(from: 1, through: straight.calls.count, by: 5) {
      let run = "run\(place)"
      let unreliable = fileSystem(at: place, place.isMultiple(of: 2) ? .dies : .livesOn)
      experiment.fileSystem = unreliable
      let outcome = try experiment.outcomes(run)[0]
      unreliable.end()
      if let error = outcome.error as? any UserFacingError { #expect(error.exitStatus == .cannotWrite, "\(error)") }
      experiment.fileSystem = QuickFileSystem()
      try experiment.train(run)
      #expect(try experiment.bits(run) == bits, "\(fault) at operation \(place)")
    }
  }
}
