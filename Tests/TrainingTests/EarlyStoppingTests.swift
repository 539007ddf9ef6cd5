import FoundationEssentials
import Testing

@testable import Training

@Suite struct EarlyStoppingTests {
  /// The decisions on a sequence of losses.
  private func decisions(_ losses: [Double], patience: Int, minimumDelta: Double = 0) -> [EarlyStopping.Decision] {
    var stopping = EarlyStopping(patience: patience, minimumDelta: minimumDelta)
    return losses.map { stopping.observe($0) }
  }

  @Test("training stops after as many evaluations in a row without a new best loss as the patience allows")
  func patience() {
    #expect(decisions([3, 2, 2.5, 1, 1.5, 1.2], patience: 2) == [.goOn, .goOn, .goOn, .goOn, .goOn, .stop])
    #expect(decisions([3, 3], patience: 1) == [.goOn, .stop])
  }

  @Test("the best loss counts, not the last one: a rising loss that falls a little has not improved")
  func best() {
    #expect(decisions([1, 3, 2], patience: 2) == [.goOn, .goOn, .stop])
  }

  @Test("a fall by the minimum or less is no improvement, and leaves the best loss as it was")
  func minimumDelta() {
    #expect(decisions([2, 1.75, 1.5], patience: 2, minimumDelta: 0.25) == [.goOn, .goOn, .goOn])
    #expect(decisions([2, 1.75, 1.75], patience: 2, minimumDelta: 0.25) == [.goOn, .goOn, .stop])
  }

  @Test("a loss that is not finite is never the best", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(loss: Double) {
    #expect(decisions([loss, 5, 4], patience: 2) == [.goOn, .goOn, .goOn])
    #expect(decisions([5, loss, loss], patience: 2) == [.goOn, .goOn, .stop])
  }

  @Test("what is saved with a checkpoint decides on as if nothing had happened")
  func restored() throws {
    var stopping = EarlyStopping(patience: 3, minimumDelta: 0.1)
    for loss in [2, 1, 1.5] { _ = stopping.observe(loss) }
    var restored = try JSONDecoder().decode(EarlyStopping.self, from: JSONEncoder().encode(stopping))
    #expect(restored == stopping)
    #expect(restored.evaluationsWithoutImprovement == 1 && restored.bestLoss == 1)
    #expect([1.2, 0.95].map { restored.observe($0) } == [.goOn, .stop])
    #expect(restored.hasStopped)
  }
}
