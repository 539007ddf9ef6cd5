/// Where a run stands, for the person who watches it.
public struct TrainingProgress: Equatable, Sendable {
  /// Steps done, of how many.
  public var step: Int
  public var totalSteps: Int
  /// Passes over the training part done, of how many.
  public var epoch: Double
  public var totalEpochs: Int
  /// The mean training loss since the last report.
  public var loss: Double
  public var validation: EvaluationResult?
  public var samplesPerSecond: Double
  /// `nil` where samples are no sequences of tokens.
  public var tokensPerSample: Int?
  /// At the present rate; `nil` until a rate is known.
  public var secondsLeft: Double?
}

/// Shows a run's progress. One rank has one that shows; the others' are silent.
public protocol TrainingDisplay: AnyObject {
  /// A sentence worth reading once.
  func note(_ text: String)
  /// After every step.
  func update(_ progress: TrainingProgress)
  /// After an evaluation on the validation part.
  func evaluated(_ progress: TrainingProgress)
  /// Training is over: leave the terminal tidy.
  func finish()
}

/// Shows nothing: every rank but the first.
public final class SilentDisplay: TrainingDisplay {
  public init() {}
  public func note(_ text: String) {}
  public func update(_ progress: TrainingProgress) {}
  public func evaluated(_ progress: TrainingProgress) {}
  public func finish() {}
}

/// One line for each evaluation, and one now and then in between: for files and pipes.
///
/// Never many lines a second: while mpirun ends a job it reads nothing, and a full pipe would keep the run from saving.
public final class PlainDisplay: TrainingDisplay {
  private static let longestSilence = Duration.seconds(5)
  private static let shortestSilence = Duration.milliseconds(100)

  private let write: (String) -> Void
  private let clock = ContinuousClock()
  private var lastLine: ContinuousClock.Instant

  /// - Parameter write: takes whole lines, newline included.
  public init(write: @escaping (String) -> Void) {
    self.write = write
    lastLine = clock.now
  }

  public func note(_ text: String) { write(text + "\n") }

  public func update(_ progress: TrainingProgress) {
    if clock.now - lastLine >= Self.longestSilence { evaluated(progress) }
  }

  public func evaluated(_ progress: TrainingProgress) {
    let now = clock.now
    guard now - lastLine >= Self.shortestSilence || progress.step == progress.totalSteps else { return }
    lastLine = now
    write(progress.line + "\n")
  }

  public func finish() {}
}

/// One line that is drawn over and over, with a bar: for terminals.
public final class BarDisplay: TrainingDisplay {
  private static let interval = Duration.milliseconds(100)
  private static let eraseLine = "\r\u{1B}[2K"

  private let write: (String) -> Void
  private let width: Int
  private let clock = ContinuousClock()
  private var lastDraw: ContinuousClock.Instant?

  /// - Parameter width: the terminal's columns.
  public init(width: Int, write: @escaping (String) -> Void) {
    self.width = width
    self.write = write
  }

  public func note(_ text: String) { write(Self.eraseLine + text + "\n") }

  public func update(_ progress: TrainingProgress) {
    let now = clock.now
    if let lastDraw, now - lastDraw < Self.interval, progress.step < progress.totalSteps { return }
    lastDraw = now
    write(Self.eraseLine + progress.bar(width: width))
  }

  public func evaluated(_ progress: TrainingProgress) { write(Self.eraseLine + progress.bar(width: width)) }

  public func finish() { if lastDraw != nil { write("\n") } }
}
