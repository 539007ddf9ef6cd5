import Optimizers
import TestSupport
import Testing

@Suite("Learning-rate schedules")
struct LearningRateScheduleTests {
  @Test(
    "every schedule follows its formula at every step and past the end",
    arguments: ["constant", "warmupConstant", "cosine", "warmupCosine", "step", "warmupStep"])
  func goldenNumbers(name: String) throws {
    let golden = try GoldenFile("schedules")
    let rates = try golden.floats(name, "rates")
    let schedule = try Self.schedule(name, of: golden)
    for (step, expected) in rates.enumerated() {
      let rate = schedule.learningRate(atStep: step)
      // The golden base and minimum are Float64, ours are rounded: a relative difference of 2^-25 before the last rounding.
      #expect(abs(rate - expected) <= 1.2e-7 * expected, "step \(step)")
    }
  }

  private static func schedule(_ name: String, of golden: GoldenFile) throws -> LearningRateSchedule {
    let curve: LearningRateSchedule.Curve
    if golden.has(name, "minimum") {
      curve = .cosine(minimum: try golden.number(name, "minimum"))
    } else if golden.has(name, "every") {
      curve = .step(every: Int(try golden.number(name, "every")), factor: try golden.number(name, "factor"))
    } else {
      curve = .constant
    }
    let totalSteps = golden.has(name, "total") ? Int(try golden.number(name, "total")) : 1000
    return LearningRateSchedule(
      curve, baseRate: try golden.number(name, "base"), warmupSteps: Int(try golden.number(name, "warmup")),
      totalSteps: totalSteps)
  }

  private static let curves: [LearningRateSchedule.Curve] = [
    .constant, .cosine(minimum: 0.0625), .step(every: 10, factor: 0.5),
  ]

  @Test("without a warm-up the first step has the base rate", arguments: curves)
  func noWarmup(curve: LearningRateSchedule.Curve) {
    let schedule = LearningRateSchedule(curve, baseRate: 0.3, totalSteps: 50)
    #expect(schedule.learningRate(atStep: 0) == 0.3)
  }

  @Test("a warm-up rises evenly; its last step and the one after it have the base rate", arguments: curves)
  func warmup(curve: LearningRateSchedule.Curve) {
    let schedule = LearningRateSchedule(curve, baseRate: 0.5, warmupSteps: 4, totalSteps: 50)
    #expect((0...4).map(schedule.learningRate) == [0.125, 0.25, 0.375, 0.5, 0.5])
  }

  @Test("a cosine starts at the base rate, passes its mean halfway and stays at the minimum from the end on")
  func cosine() {
    let schedule = LearningRateSchedule(
      .cosine(minimum: 0.25), baseRate: 0.75, warmupSteps: 10, totalSteps: 110)
    #expect(schedule.learningRate(atStep: 10) == 0.75)
    #expect(schedule.learningRate(atStep: 60) == 0.5)
    #expect(schedule.learningRate(atStep: 109) > 0.25)
    #expect([110, 111, 5000].map(schedule.learningRate) == [0.25, 0.25, 0.25])
  }

  @Test("a cosine whose training is all warm-up, or shorter, falls to the minimum right after the warm-up")
  func cosineWithoutRoom() {
    for totalSteps in [0, 3, 4] {
      let schedule = LearningRateSchedule(
        .cosine(minimum: 0.125), baseRate: 0.5, warmupSteps: 4, totalSteps: totalSteps)
      #expect((2...5).map(schedule.learningRate) == [0.375, 0.5, 0.125, 0.125], "\(totalSteps) steps")
    }
  }

  @Test("steps are counted from the end of the warm-up and go on past the end of training")
  func step() {
    let schedule = LearningRateSchedule(.step(every: 3, factor: 0.5), baseRate: 1, warmupSteps: 2, totalSteps: 6)
    #expect((0...8).map(schedule.learningRate) == [0.5, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25])
  }

  @Test("rates have the same bits everywhere")
  func bits() {
    let schedule = LearningRateSchedule(.cosine(minimum: 1e-5), baseRate: 3e-4, warmupSteps: 7, totalSteps: 1000)
    let steps = [0, 3, 7, 8, 100, 333, 500, 777, 999]
    #expect(steps.map { schedule.learningRate(atStep: $0).bitPattern } == Self.cosineBits)
  }

  /// From the documented formula in IEEE double arithmetic, computed outside Swift.
  private static let cosineBits: [UInt32] = [
    0x3833_C182, 0x3933_C182, 0x399D_4952, 0x399D_4939, 0x399A_04FD,
    0x3970_9FD6, 0x3924_367D, 0x383B_2094, 0x3727_C8CA,
  ]
}
