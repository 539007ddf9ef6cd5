import Failures
import Platform
import Supervision

/// A launch that goes on until the job is done: jobs one after the other, each beginning at the newest checkpoint.
///
///     let launch = SupervisedLaunch(request, on: machine, limits: SupervisionLimits(), console: console)
///     let status = try await launch.run()
public struct SupervisedLaunch: Sendable {
  private let request: LaunchRequest
  private let machine: Machine
  private let limits: SupervisionLimits
  private let console: Console
  private let probe: HostProbe

  public init(
    _ request: LaunchRequest, on machine: Machine, limits: SupervisionLimits, console: Console
  ) {
    self.init(request, on: machine, limits: limits, console: console) { hosts, limit in
      await RemoteHost.areReachable(hosts, timeout: limit)
    }
  }

  init(
    _ request: LaunchRequest, on machine: Machine, limits: SupervisionLimits, console: Console,
    probe: @escaping HostProbe
  ) {
    self.request = request
    self.machine = machine
    self.limits = limits
    self.console = console
    self.probe = probe
  }

  /// Returns the worker's exit status: 0, one that it has explained, or 75 after the user asked it to stop. Throws where the
  /// job cannot be started or gone on with.
  public func run() async throws -> ExitStatus {
    StoppedKeepers.wake()
    defer { StoppedKeepers.wake() }
    let relay = StopRelay(notify: console.note)
    return try await relay.listening { try await run(relay) }
  }

  /// After a failure processes may have been killed that could not put their things away: every host looks for such.
  private func tidy(_ hosts: HostList?) async {
    guard let hosts else { return }
    let command = [machine.executable, "tidy", "--after", HostName.current()]
    // A host that does not answer now is tidied by the next job there.
    _ = await RemoteHost.onEach(hosts.hosts.map { RemoteHost($0.name) }) {
      await $0.run(command, timeout: .seconds(15))
    }
  }

  private func run(_ relay: StopRelay) async throws -> ExitStatus {
    var roster = try await HostRoster(request.hosts, probe: probe)
    var policy = RestartPolicy(maximumRestarts: limits.maximumRestarts)
    let lanes = try LaunchPlan(request, on: machine).ranks
    var number = 0
    while true {
      number += 1
      let (outcome, plan) = try await job(number, on: roster, lanes: lanes, policy, relay)
      let verdict = JobVerdict(outcome, stopRequests: relay.requests)
      if !policy.failures.isEmpty, verdict.isFinal { await tidy(roster.present) }
      switch verdict {
      case .ended(let status): return status
      case .endedSilently:
        let ending = JobEnding(status: outcome.status, stopRequests: relay.requests)
        if let problem = ending.problem(command: plan.outspokenCommandLine) { throw problem }
        return ExitStatus(rawValue: ending.code)
      case .stoppedBeforeStart: throw LaunchError.stoppedBeforeStart
      case .hostsAreBack:
        console.note("hosts are back: going on with all that answer")
        await roster.lookAgain(probe)
      case .failed(let failure):
        try await goOn(after: failure, &policy, outcome, relay)
        if relay.requests > 0 { throw LaunchError.stoppedBeforeStart }
        await roster.lookAgain(probe)
        for loss in roster.news { console.note(loss) }
        guard roster.hasHosts else { throw LaunchError.noHostsLeft }
      }
    }
  }

  /// One job, from its start to its end.
  private func job(
    _ number: Int, on roster: HostRoster, lanes: Int, _ policy: RestartPolicy, _ relay: StopRelay
  ) async throws -> (JobRun.Outcome, LaunchPlan) {
    let scratch = try JobScratch(number: number)
    defer { scratch.leave() }
    var request = request
    request.hosts = roster.present
    if let ranks = request.ranks, let slots = roster.slotsLeft { request.ranks = min(ranks, slots) }
    request.supervision = LaunchRequest.Supervision(lanes: lanes, scratch: scratch.settings)
    let plan = try LaunchPlan(request, on: machine)
    let hosts = roster.present.map {
      HostWatch(hosts: $0.hosts.map(\.name), missing: roster.missing, probe: probe)
    }
    let restarts = policy.restarts
    let outcome = try await JobRun(
      plan: plan, relay: relay, patience: limits.hangSeconds, hosts: hosts, write: console.write,
      whenTraining: { watch in
        if restarts > 0 { console.note("training again on \(plan.ranks) \(plan.ranks == 1 ? "rank" : "ranks")") }
      },
      whenGone: { rank in console.note("rank \(rank.rank) on \(rank.host) is gone: what is left of the job ends") }
    ).run()
    return (outcome, plan)
  }

  /// Says what happened and waits for the next start; throws where there is not to be one.
  private func goOn(
    after failure: JobFailure, _ policy: inout RestartPolicy, _ outcome: JobRun.Outcome, _ relay: StopRelay
  ) async throws {
    switch policy.failed(failure) {
    case .restart(let seconds):
      let place = failure.saved.map { "from the checkpoint of step \($0)" } ?? "from the newest checkpoint"
      console.note(
        "\(failure.sentence); going on \(place) (restart \(policy.restarts) of \(limits.maximumRestarts))")
      var left = seconds
      while left > 0 && relay.requests == 0 {
        let piece = min(left, 0.1)
        await pause(.seconds(piece))
        left -= piece
      }
    case .giveUp(let reason):
      let code = JobEnding(status: outcome.status, stopRequests: 0).code
      throw LaunchError.givenUp(reason, policy.failures, maximum: limits.maximumRestarts, status: code)
    }
  }
}

/// How far supervision goes.
public struct SupervisionLimits: Equatable, Sendable {
  /// Restarts of one launch, for whatever reason.
  public var maximumRestarts: Int
  /// Seconds of silence or standstill that are a hang; `nil` takes ten of the longest steps, at least a minute.
  public var hangSeconds: Double?

  public init(maximumRestarts: Int = 10, hangSeconds: Double? = nil) {
    self.maximumRestarts = maximumRestarts
    self.hangSeconds = hangSeconds
  }
}

/// Where a launch speaks to its user.
public struct Console: Sendable {
  /// Takes a line about the launch.
  public var note: @Sendable (String) -> Void
  /// Takes the job's own output, as it comes.
  public var write: @Sendable ([UInt8]) -> Void

  public init(note: @escaping @Sendable (String) -> Void, write: @escaping @Sendable ([UInt8]) -> Void) {
    self.note = note
    self.write = write
  }
}
