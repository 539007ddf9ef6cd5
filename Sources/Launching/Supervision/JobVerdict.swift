import Failures
import Supervision

/// What the end of a job means for the launch: a pure function of what is known.
enum JobVerdict: Equatable {
  /// There is nothing to go on with: success, a mistake that the worker has explained, or the user's wish.
  case ended(ExitStatus)
  /// As `ended`, and somebody has to say why.
  case endedSilently
  /// The user's wish came before any rank was there.
  case stoppedBeforeStart
  /// To be started again with more hosts.
  case hostsAreBack
  case failed(JobFailure)

  /// Whether no other job follows.
  var isFinal: Bool {
    switch self {
    case .ended, .endedSilently, .stoppedBeforeStart: true
    case .hostsAreBack, .failed: false
    }
  }

  /// Statuses with which a worker says that the same command would fail again: wrong usage, configuration, or data.
  private static let hopeless: Set<Int32> = [64, 65, 66, 67, 68, 69, 72, 76, 77, 78]

  init(_ outcome: JobRun.Outcome, stopRequests: Int) {
    let code = JobEnding(status: outcome.status, stopRequests: stopRequests).code
    if code == 0, outcome.watch.reports.isEmpty {
      // mpirun that is asked to end while it starts its daemons says 0, and has run nothing.
      self = stopRequests > 0 ? .stoppedBeforeStart : .failed(Self.failure(outcome, code: code))
    } else if code == 0 || Self.hopeless.contains(code) {
      self = .ended(ExitStatus(rawValue: code))
    } else if stopRequests > 0 {
      self = code == ExitStatus.temporary.rawValue ? .ended(.temporary) : .endedSilently
    } else if outcome.endedFor == .hostsAreBack, code == ExitStatus.temporary.rawValue {
      self = .hostsAreBack
    } else if outcome.watch.reports.isEmpty, outcome.endedFor == nil, case .exited(1..<128) = outcome.status {
      // Nothing has begun: mpirun could not do what it was told. A higher status is a loss on the way, a daemon's say.
      self = .endedSilently
    } else {
      self = .failed(Self.failure(outcome, code: code))
    }
  }

  private static func failure(_ outcome: JobRun.Outcome, code: Int32) -> JobFailure {
    let watch = outcome.watch
    func failure(_ cause: JobFailure.Cause, _ reports: [RankReport]) -> JobFailure {
      JobFailure(cause, reports, step: watch.step ?? 0, saved: watch.saved)
    }
    let patience = Int(watch.patience.rounded())
    switch outcome.endedFor {
    case .trouble(.silent(let ranks)): return failure(.silent(seconds: patience), ranks)
    case .trouble(.missing(let ranks)):
      return failure(.missing(ranks: ranks, seconds: Int(watch.startPatience.rounded())), [])
    case .trouble(.stuck(let ranks)): return failure(.stuck(seconds: patience), ranks)
    case .hostLost(let host, let reason): return failure(.hostLost(host: host, reason: reason), [])
    case .hostsAreBack, nil: break
    }
    if case .signalled(let signal) = outcome.status { return failure(.killed(signal: signal), []) }
    let culprits = watch.culprits
    // Who was asked to end has no other words about it.
    if code == ExitStatus.temporary.rawValue, watch.reports.allSatisfy({ $0.lastWords == nil }) {
      return failure(.asked, watch.reports.filter(\.isAskedToEnd))
    }
    if let words = culprits.compactMap(\.lastWords).first {
      return failure(.failed(status: code, words: words), culprits)
    }
    if (129...159).contains(code) { return failure(.killed(signal: code - 128), culprits) }
    return failure(.mpirun(status: code), culprits)
  }
}
