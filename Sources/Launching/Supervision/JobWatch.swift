import Supervision

/// What the launcher knows of a running job from its ranks' reports: a value, to which time is told.
///
/// Seconds count from the start of the job.
struct JobWatch: Equatable {
  /// What is wrong with a job that still runs.
  enum Trouble: Equatable {
    /// These ranks have said nothing for as long as a hang takes, while others have, or none has.
    case silent([RankReport])
    /// These ranks have not said anything since the job was started.
    case missing([Int])
    /// Every rank reports, none gets on; these are the ones that the others wait for, as far as that shows.
    case stuck([RankReport])
  }

  private struct Rank: Equatable {
    var report: RankReport
    var heard: Double
    /// When its beats last grew.
    var moved: Double
  }

  private struct Step: Equatable {
    var number: Int
    var at: Double
  }

  /// Silence and standstill are never taken for a hang before this many seconds, unless the user says so.
  static let shortestPatience = 60.0
  /// A hang takes as many of the longest steps.
  private static let stepsOfPatience = 10.0
  /// The launcher looks several times a second. Where it has not, it was stopped or starved itself, and has heard nothing
  /// because it did not listen.
  private static let longestLook = 2.0

  let ranks: Int
  private let chosenPatience: Double?
  private var known: [Int: Rank] = [:]
  private var lastLook = 0.0
  /// Seconds since the start in which the launcher did not listen.
  private var unheeded = 0.0
  private var longestStep = 0.0
  private var lastStep: Step?

  /// - Parameter patience: seconds; `nil` takes ten of the longest steps seen, at least a minute.
  init(ranks: Int, patience: Double?) {
    self.ranks = ranks
    chosenPatience = patience
  }

  /// For how many seconds silence and standstill are borne.
  var patience: Double { chosenPatience ?? max(Self.shortestPatience, Self.stepsOfPatience * longestStep) }

  /// For how many seconds a rank may be silent after the start of its job: mpirun reaches one host after the other.
  var startPatience: Double { max(patience, Self.shortestPatience) }

  /// The newest reports, in the order of ranks.
  var reports: [RankReport] { known.sorted { $0.key < $1.key }.map(\.value.report) }

  /// The furthest step that any rank has done; `nil` before anybody has reported.
  var step: Int? { reports.map(\.step).max() }

  /// Whether no rank has come to its end yet, or said why it ends: then nobody is to be missing.
  var isWordless: Bool { reports.allSatisfy { $0.lastWords == nil && $0.phase != .ending } }

  /// The step of the newest checkpoint that any rank knows of.
  var saved: Int? { reports.compactMap(\.saved).max() }

  mutating func heard(_ report: RankReport, at time: Double) {
    guard (0..<ranks).contains(report.rank) else { return }
    let before = known[report.rank]
    let hasMoved = before.map { $0.report.beats != report.beats } ?? true
    known[report.rank] = Rank(report: report, heard: time, moved: hasMoved ? time : before?.moved ?? time)
    observeSteps(report, at: time)
  }

  private mutating func observeSteps(_ report: RankReport, at time: Double) {
    guard report.step > lastStep?.number ?? 0 else { return }
    if let lastStep { longestStep = max(longestStep, (time - lastStep.at) / Double(report.step - lastStep.number)) }
    lastStep = Step(number: report.step, at: time)
  }

  /// Whether the job hangs. To be asked several times a second.
  mutating func look(at time: Double) -> Trouble? {
    forgive(time - lastLook)
    lastLook = time
    if time - unheeded > startPatience, known.count < ranks {
      return .missing((0..<ranks).filter { known[$0] == nil })
    }
    let silent = known.values.filter { time - $0.heard > patience }.map(\.report).sorted { $0.rank < $1.rank }
    if !silent.isEmpty { return .silent(silent) }
    // Before the first step everything may take its time: reading data, above all.
    guard !known.isEmpty, known.values.allSatisfy({ time - $0.moved > patience && $0.report.phase != .starting }) else {
      return nil
    }
    let busy = reports.filter { $0.phase != .exchanging }
    return .stuck(busy.isEmpty ? reports : busy)
  }

  /// Nothing is held against ranks that the launcher did not listen to.
  private mutating func forgive(_ pause: Double) {
    guard pause > Self.longestLook else { return }
    unheeded += pause
    for rank in known.keys {
      known[rank]?.heard += pause
      known[rank]?.moved += pause
    }
  }

  /// Ranks that have not been heard of for `seconds`.
  func unheard(for seconds: Double, at time: Double) -> [RankReport] {
    known.values.filter { time - $0.heard > seconds }.map(\.report).sorted { $0.rank < $1.rank }
  }

  /// When a job has ended: the ranks it ended because of.
  ///
  /// mpirun asks all ranks to end as soon as one is gone, and those that are left report that. So it is the ones that have
  /// given a reason, or else those that were not asked.
  var culprits: [RankReport] {
    let speakers = reports.filter { $0.lastWords != nil }
    if !speakers.isEmpty { return speakers }
    let gone = reports.filter { !$0.isAskedToEnd }
    return gone.count == reports.count ? [] : gone
  }
}
