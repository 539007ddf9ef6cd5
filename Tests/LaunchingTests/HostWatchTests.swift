import Supervision
import Synchronization
import Testing

@testable import Launching

@Suite("The watch over hosts")
struct HostWatchTests {
  /// Hosts that answer or not, as is written here, and who was asked.
  private final class Network: Sendable {
    private let silentHosts: Mutex<Set<String>>
    private let questions = Mutex<[[String]]>([])

    init(silent: Set<String>) { silentHosts = Mutex(silent) }

    var silent: Set<String> {
      get { silentHosts.withLock { $0 } }
      set { silentHosts.withLock { $0 = newValue } }
    }

    var asked: [[String]] { questions.withLock { $0 } }

    var probe: HostProbe {
      { [self] hosts, _ in
        questions.withLock { $0.append(hosts) }
        let silent = silent
        return Dictionary(
          uniqueKeysWithValues: hosts.map { ($0, silent.contains($0) ? .unreachable("no answer") : .reachable) })
      }
    }
  }

  /// A job whose two ranks were heard last at these seconds.
  private func job(_ heard: [Double]) -> JobWatch {
    var watch = JobWatch(ranks: 2, patience: 60)
    for (rank, second) in heard.enumerated() {
      watch.heard(
        RankReport(
          rank: rank, host: "lab\(rank + 1)", process: 100, phase: .computing, step: 10, beats: 1, isAskedToEnd: false),
        at: second)
    }
    return watch
  }

  /// Looks every second as a launcher would, giving each probe its time; the first verdict and when it came.
  private func look(
    _ watch: HostWatch, _ network: Network, from start: Int, to end: Int, job: (Int) -> JobWatch
  ) async -> (verdict: JobRun.Ending, at: Int)? {
    for second in start...end {
      let before = network.asked.count
      if let verdict = watch.look(job(second), at: Double(second)) { return (verdict, second) }
      // A probe that this look has begun runs beside the test.
      for _ in 0..<200 where network.asked.count == before { await Task.yield() }
    }
    return nil
  }

  @Test("asks nobody while every rank is heard")
  func quiet() async {
    let network = Network(silent: ["lab2"])
    let watch = HostWatch(hosts: ["lab1", "lab2"], missing: [], probe: network.probe)
    let found = await look(watch, network, from: 1, to: 60) { job([Double($0), Double($0)]) }
    #expect(found == nil)
    #expect(network.asked.isEmpty)
  }

  @Test("gives a host up when its rank is silent and it has not answered twice, and not for silence alone")
  func lost() async {
    let network = Network(silent: ["lab2"])
    let watch = HostWatch(hosts: ["lab1", "lab2"], missing: [], probe: network.probe)
    let found = await look(watch, network, from: 1, to: 60) { job([Double($0), min(Double($0), 20)]) }
    #expect(found?.verdict == .hostLost(host: "lab2", reason: "no answer"))
    #expect(network.asked.count == 2)
    let answering = Network(silent: [])
    let other = HostWatch(hosts: ["lab1", "lab2"], missing: [], probe: answering.probe)
    #expect(await look(other, answering, from: 1, to: 60) { job([Double($0), min(Double($0), 20)]) } == nil)
  }

  @Test("says once that a host which was missing answers again, and asks only for that one")
  func back() async {
    let network = Network(silent: ["lab3"])
    let watch = HostWatch(hosts: ["lab1", "lab2"], missing: ["lab3"], probe: network.probe)
    let all = { (second: Int) in job([Double(second), Double(second)]) }
    #expect(await look(watch, network, from: 1, to: 40, job: all) == nil)
    network.silent = []
    let found = await look(watch, network, from: 41, to: 60, job: all)
    #expect(found?.verdict == .hostsAreBack)
    #expect(network.asked.allSatisfy { $0 == ["lab3"] })
  }

  @Test("leaves a host out until it answers, and takes it back in its place")
  func roster() async throws {
    let network = Network(silent: [])
    let hosts = try HostList(option: "a:2,b:1,c:4")
    var roster = try await HostRoster(hosts, probe: network.probe)
    #expect(roster.slotsLeft == nil)
    network.silent = ["b"]
    await roster.lookAgain(network.probe)
    #expect(roster.missing == ["b"])
    #expect(roster.slotsLeft == 6)
    #expect(roster.news == ["host b is left out until it answers (no answer)"])
    await roster.lookAgain(network.probe)
    #expect(roster.news.isEmpty)
    network.silent = []
    await roster.lookAgain(network.probe)
    #expect(roster.present == hosts)
    #expect(roster.news == ["host b is back"])
  }

  @Test("a host that does not answer at the start is a mistake, named with its reason")
  func refused() async throws {
    let network = Network(silent: ["b"])
    let hosts = try HostList(option: "a:2,b:1")
    await #expect(throws: LaunchError.unreachable(["  b: no answer"])) {
      try await HostRoster(hosts, probe: network.probe)
    }
  }

  @Test("a host that answers only the second time at the start is there")
  func askedTwice() async throws {
    let network = Network(silent: ["b"])
    let hosts = try HostList(option: "a:2,b:1")
    let roster = try await HostRoster(hosts) { hosts, limit in
      let answers = await network.probe(hosts, limit)
      network.silent = []
      return answers
    }
    #expect(roster.present == hosts)
    #expect(network.asked == [["a", "b"], ["b"]])
  }
}
