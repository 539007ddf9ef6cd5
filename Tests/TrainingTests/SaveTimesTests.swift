import Checkpoints
import Supervision
import Synchronization
import TestSupport
import Testing

@testable import Training

/// When checkpoints are saved, which stay, and what the launcher hears of it.
@Suite struct SaveTimesTests {
  /// Stands still, and leaps ahead at its fifth reading: that of the fourth step.
  private final class LeapingClock: Sendable {
    private let readings = Atomic(0)

    func now() -> Double { readings.add(1, ordering: .relaxed).newValue >= 5 ? 100 : 0 }
  }

  @Test("rank 0's clock decides, whatever those of the others say", arguments: [1, 2])
  func everySeconds(ranks: Int) throws {
    var experiment = try Experiment().with("checkpoint={every: 0, every_seconds: 60, keep: 9}")
    let clock = LeapingClock()
    experiment.clock = { rank in rank == 0 ? clock.now() : .infinity }
    try experiment.train("a", ranks: ranks)
    #expect(try experiment.checkpoints("a").steps() == [4, 12])
  }

  @Test("multiples of keep_every stay besides the newest")
  func keepEvery() throws {
    let experiment = try Experiment().with("checkpoint={every: 1, keep: 2, keep_every: 4}")
    try experiment.train("a")
    #expect(try experiment.checkpoints("a").steps() == [4, 8, 11, 12])
  }

  @Test("the launcher hears of every checkpoint, of the one a run resumes at, and a beat for every piece of a save")
  func pulse() throws {
    var experiment = try Experiment().with("training.steps=5", "checkpoint={every: 0, keep: 9}")
    experiment.pulse = RunPulse()
    try experiment.train("a")
    #expect(experiment.pulse.saved == 5)
    let beats = experiment.pulse.beats
    var resumed = experiment
    resumed.pulse = RunPulse()
    try resumed.train("a")
    #expect(resumed.pulse.saved == 5, "the checkpoint that it has begun at")
    var frequent = experiment.with("checkpoint.every=1")
    frequent.pulse = RunPulse()
    try frequent.train("b")
    // Three files are written in two pieces at least and synchronized, and read back: each of the four more saves.
    #expect(frequent.pulse.beats >= beats + 4 * 8)
  }
}
