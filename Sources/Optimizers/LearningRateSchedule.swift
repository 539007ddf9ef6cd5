/// The learning rate as a function of the step alone: there is nothing to save and nothing to restore.
///
/// All arithmetic is Float64's plus, minus, times and divided, rounded once to Float32, so every machine gets the same
/// bits. With t the step, counted from 0, and w = `warmupSteps`:
///
///     t < w:     base * (t + 1) / w
///     constant:  base
///     cosine:    minimum + (base - minimum) * (1 + cos(pi * (t - w) / (total - w))) / 2, and from `totalSteps` on: minimum
///     step:      base * factor^floor((t - w) / every)
///
/// Warm-up: Goyal et al. (2017), section 2.2. Cosine: Loshchilov and Hutter (2017), equation 5, without restarts.
public struct LearningRateSchedule: Sendable, Equatable {
  /// The course of the rate after the warm-up.
  public enum Curve: Sendable, Equatable {
    case constant
    /// Half a cosine wave down to `minimum`, which lies in `0 ... baseRate`.
    case cosine(minimum: Float = 0)
    /// Every so many steps (at least 1) the rate is multiplied by `factor`, which lies above 0 and at most at 1.
    case step(every: Int, factor: Float)
  }

  public let curve: Curve
  public let baseRate: Float
  public let warmupSteps: Int
  /// The length of training. Shorter than the warm-up, the rate never reaches `baseRate`.
  public let totalSteps: Int

  /// - Parameter baseRate: zero or above.
  public init(_ curve: Curve = .constant, baseRate: Float, warmupSteps: Int = 0, totalSteps: Int) {
    precondition(baseRate >= 0 && baseRate.isFinite, "a learning rate is zero or above, not \(baseRate)")
    precondition(warmupSteps >= 0 && totalSteps >= 0, "\(warmupSteps) steps of warm-up in \(totalSteps)")
    switch curve {
    case .constant: break
    case .cosine(let minimum):
      precondition((0...baseRate).contains(minimum), "a least rate lies in 0 ... \(baseRate), not \(minimum)")
    case .step(let every, let factor):
      precondition(every >= 1 && factor > 0 && factor <= 1, "factor \(factor) every \(every) steps")
    }
    self.curve = curve
    self.baseRate = baseRate
    self.warmupSteps = warmupSteps
    self.totalSteps = totalSteps
  }

  /// - Parameter step: the number of updates made before; any number, past the end too.
  public func learningRate(atStep step: Int) -> Float {
    precondition(step >= 0, "steps count from 0; this is step \(step)")
    let base = Double(baseRate)
    if step < warmupSteps { return Float(base * Double(step + 1) / Double(warmupSteps)) }
    let stepsAfterWarmup = step - warmupSteps
    switch curve {
    case .constant:
      return baseRate
    case .cosine(let minimum):
      guard step < totalSteps else { return minimum }
      let progress = Double(stepsAfterWarmup) / Double(totalSteps - warmupSteps)
      return Float(Double(minimum) + (base - Double(minimum)) * (1 + cosine(ofPiTimes: progress)) / 2)
    case .step(let every, let factor):
      return Float(base * power(Double(factor), stepsAfterWarmup / every))
    }
  }
}
