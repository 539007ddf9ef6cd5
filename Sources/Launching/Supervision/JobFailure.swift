import Failures
import Glibc
import Supervision

/// Why a job ended that should have gone on.
struct JobFailure: Equatable {
  enum Cause: Equatable {
    /// The rank's own error, which it has told the user; `words` may be cut.
    case failed(status: Int32, words: String)
    /// A signal ended it: 9 where the system, a person or the kernel's memory guard killed it.
    case killed(signal: Int32)
    /// It said nothing for so many seconds: stopped, or its machine has no memory left.
    case silent(seconds: Int)
    /// These ranks said nothing for so many seconds after the start of the job.
    case missing(ranks: [Int], seconds: Int)
    /// It reported, but did not get on for so many seconds.
    case stuck(seconds: Int)
    /// Its host does not answer.
    case hostLost(host: String, reason: String)
    /// Somebody asked it to end, and it saved what there was.
    case asked
    /// mpirun ended, and nobody knows of a rank that did.
    case mpirun(status: Int32)
  }

  struct Place: Equatable {
    var rank: Int
    var host: String
    var phase: RunPhase
  }

  var cause: Cause
  /// The ranks it happened to; empty where that is not known.
  var places: [Place]
  /// Steps that the job had done.
  var step: Int
  /// Of the newest checkpoint.
  var saved: Int?

  init(_ cause: Cause, _ reports: [RankReport], step: Int, saved: Int?) {
    self.cause = cause
    places = reports.map { Place(rank: $0.rank, host: $0.host, phase: $0.phase) }
    self.step = step
    self.saved = saved
  }

  /// Whether the same happened at the same step: to try once more may be of no use.
  func repeats(_ other: JobFailure) -> Bool { cause == other.cause && step == other.step && places == other.places }

  /// How often it may happen in the same way at the same step before there is no point in going on. What comes from outside
  /// may well happen twice by accident, what the program does itself hardly.
  var tolerance: Int {
    switch cause {
    case .failed: 2
    case .killed(let signal): [SIGILL, SIGABRT, SIGFPE, SIGSEGV, SIGBUS, SIGTRAP].contains(signal) ? 2 : 6
    case .silent, .missing, .stuck: 3
    case .hostLost, .asked: .max
    case .mpirun: 3
    }
  }

  /// `rank 1 on lab2 was killed by signal 9 (Killed) while computing, 412 steps done`
  var sentence: String { "\(subject) \(verb)\(circumstances), \(step) \(step == 1 ? "step" : "steps") done" }

  private var subject: String {
    if case .hostLost(let host, _) = cause { return "host \(host)" }
    if case .missing(let ranks, _) = cause { return Self.rankNames(ranks) }
    guard let first = places.first else { return "mpirun" }
    let hosts = Set(places.map(\.host))
    let ranks = Self.rankNames(places.map(\.rank))
    return hosts.count == 1 ? "\(ranks) on \(first.host)" : ranks
  }

  /// `rank 1`, or `ranks 1, 3`.
  private static func rankNames(_ ranks: [Int]) -> String {
    (ranks.count == 1 ? "rank " : "ranks ") + ranks.map(String.init).joined(separator: ", ")
  }

  private var verb: String {
    switch cause {
    case .failed(_, let words): "failed ('\(words)')"
    case .killed(let signal):
      "\(places.count > 1 ? "were" : "was") ended by signal \(signal) (\(Self.name(of: signal)))"
    case .silent(let seconds): "said nothing for \(seconds) s: stopped, or out of memory"
    case .missing(_, let seconds): "did not report within \(seconds) s of the start"
    case .stuck(let seconds): "did not get on for \(seconds) s"
    case .hostLost(_, let reason): "cannot be reached (\(reason))"
    case .asked: "\(places.count > 1 ? "were" : "was") asked to end, and saved"
    case .mpirun(let status) where places.isEmpty: "ended with status \(status) and gave no reason"
    case .mpirun(let status): "\(places.count > 1 ? "were" : "was") lost (mpirun ended with status \(status))"
    }
  }

  private var circumstances: String {
    let phases = Set(places.map(\.phase))
    guard phases.count == 1, let phase = phases.first else { return "" }
    return " while \(phase)"
  }

  /// What somebody who saw it several times would look at.
  var diagnosis: String {
    switch cause {
    case .killed(SIGKILL):
      "The kernel kills what asks for more memory than there is: `dmesg | grep -i oom` tells; take fewer ranks a host, a "
        + "smaller batch, or more lanes."
    case .killed:
      "This is a defect of the program: what it printed before it ended, and the configuration, belong in a report."
    case .failed: "The worker's own message stands above: mend what it names, then run the same command."
    case .silent, .missing:
      "Look at the machine's memory and swap, and at its other work; --hang-timeout says how long silence is borne."
    case .stuck: "A longer --hang-timeout gives slow steps their time; `revoada doctor` looks at the network."
    case .hostLost, .asked: LaunchError.continuing
    case .mpirun: "For mpirun's own words see the command that --dry-run prints, without --quiet."
    }
  }

  static func name(of signal: Int32) -> String { String(cString: strsignal(signal)) }
}
