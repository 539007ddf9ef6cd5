import FoundationEssentials
import Glibc
import TestSupport

/// One training run from its first start to its end, with faults on the way.
struct ChaosRun {
  /// What came of it.
  struct Result {
    var faults: [Fault] = []
    /// Starts of the launcher: one more than it died or was asked to end.
    var launches = 0
    /// Seconds from a rank's death to the launcher's word, and to training again.
    var noticed: [Double] = []
    var recovered: [Double] = []
    /// Seconds from when a rank was stopped to the launcher's word.
    var stopsNoticed: [Double] = []
    var digest: String?
    /// Why the run is lost; `nil` where it ended.
    var problem: String?
    var remains: [String] = []
    /// The launchers: their folders are named after them.
    var launchers: [pid_t] = []
  }

  let program: String
  let place: Place
  let workload: Workload
  let ranks: Int
  let number: Int
  /// Faults before the run is left in peace.
  let faultCount: Int

  /// The silence that the launcher bears.
  static let hangSeconds = 4
  /// However much is done to it: a run that has not ended by then is lost.
  private static let limit = 300.0

  private var name: String { "\(workload.name)-\(number)" }
  private var runFolder: String { "\(place.disk)/\(name)" }

  func result(_ random: inout SeededGenerator) throws -> Result {
    var result = Result()
    let start = ContinuousClock.now
    var process = try launch(&result)
    while true {
      if process.isOver {
        let output = try process.wait()
        if output.exitCode == 0 {
          if try digest() == nil { result.problem = "ended with 0 and no summary: \(output.standardError.suffix(600))" }
          break
        }
        // A queue or a person starts it again: after being killed, asked to end, or out of patience.
        guard [75, 137].contains(output.exitCode) || isTemporary(output) else {
          result.problem = "ended with \(output.exitCode): \(output.standardError.suffix(600))"
          break
        }
        process = try launch(&result)
      }
      guard (ContinuousClock.now - start) / .seconds(1) < Self.limit else {
        result.problem = "not at its end after \(Self.limit) s: \(process.standardErrorSoFar.suffix(600))"
        break
      }
      if result.faults.count < faultCount {
        usleep(UInt32.random(in: 50_000...900_000, using: &random))
        if !process.isOver { makeFault(process, &result, &random) }
      } else {
        usleep(20_000)
      }
    }
    result.digest = try digest()
    result.remains = remains(of: result.launchers)
    // A launch that was refused has made none.
    if FileManager.default.fileExists(atPath: runFolder) { try FileManager.default.removeItem(atPath: runFolder) }
    return result
  }

  /// A full disk at the very start is refused with 73, which the launcher of a queue would try again too.
  private func isTemporary(_ output: RunningProcess.Output) -> Bool { output.exitCode == 73 }

  private func launch(_ result: inout Result) throws -> RunningProcess {
    result.launches += 1
    var arguments = ["launch", "\(place.folder.path)/\(workload.name).yaml", "--run", runFolder]
    arguments += ["--max-restarts", "10000", "--hang-timeout", "\(Self.hangSeconds)", "--threads", "1"]
    arguments += place.hosts.map { ["--hosts", $0] } ?? ["-n", "\(ranks)"]
    let process = try RunningProcess(program, arguments, environment: ["TMPDIR": place.scratch])
    result.launchers.append(process.processIdentifier)
    return process
  }

  private func digest() throws -> String? {
    guard let summary = FileManager.default.contents(atPath: "\(runFolder)/summary.json") else { return nil }
    let output = try RunningProcess(program, ["checkpoint", "digest", runFolder]).wait()
    let digest = output.standardOutput.prefix { !$0.isNewline }
    // The summary says the same.
    return String(decoding: summary, as: UTF8.self).contains(digest) ? String(digest) : "the summary has another"
  }

  // MARK: - Faults

  private func makeFault(_ launcher: RunningProcess, _ result: inout Result, _ random: inout SeededGenerator) {
    let fault = Fault.any(of: place.faults, &random)
    let victims = Victims(run: runFolder)
    func strike(_ candidates: [pid_t], _ signal: Int32) -> Bool {
      guard let victim = candidates.randomElement(using: &random) else { return false }
      return kill(victim, signal) == 0
    }
    let milliseconds = UInt32.random(in: 200...3000, using: &random)
    let host = place.names.dropFirst().randomElement(using: &random) ?? ""
    var isDone = true
    switch fault {
    case .killRank:
      // Every second time the next fault does not wait until the job has recovered.
      if Bool.random(using: &random) {
        isDone = strike(victims.ranks, SIGKILL)
      } else {
        let times = watch(launcher, for: ["is gone", "was ended by signal 9"]) { strike(victims.ranks, SIGKILL) }
        result.noticed += [times?.noticed].compactMap { $0 }
        result.recovered += [times?.recovered].compactMap { $0 }
        isDone = times != nil
      }
    case .killLauncher: launcher.send(SIGKILL)
    case .killKeeper: isDone = strike(victims.keepers, SIGKILL)
    case .killMPIRun: isDone = strike(victims.mpirun, SIGKILL)
    case .killDaemon: isDone = strike(Victims.daemons, SIGKILL)
    case .stopRank:
      let times = watch(launcher, for: ["said nothing"]) { strike(victims.ranks, SIGSTOP) }
      result.stopsNoticed += [times?.noticed].compactMap { $0 }
      isDone = times != nil
    case .stopKeeper: isDone = strike(victims.keepers, SIGSTOP)
    case .stopMPIRun: isDone = strike(victims.mpirun, SIGSTOP)
    case .stopDaemon: isDone = strike(Victims.daemons, SIGSTOP)
    case .stopLauncher:
      launcher.send(SIGSTOP)
      usleep(milliseconds * 1000)
      launcher.send(SIGCONT)
    case .askRank: isDone = strike(victims.ranks, SIGTERM)
    case .askLauncher: launcher.send(SIGTERM)
    case .fillDisk: place.withFullDisk { usleep(milliseconds * 1000) }
    case .cutLink: place.withCutLink(of: host) { usleep(milliseconds * 6000) }
    case .slowLink: place.withSlowLink(of: host) { usleep(milliseconds * 1000) }
    }
    if isDone { result.faults.append(fault) }
  }

  /// Strikes, and waits until the launcher has said so and trains again.
  ///
  /// - Returns: the seconds to both, each `nil` where that did not happen; `nil` where nothing was struck.
  private func watch(
    _ launcher: RunningProcess, for words: [String], _ strike: () -> Bool
  ) -> (noticed: Double?, recovered: Double?)? {
    let before = launcher.standardErrorSoFar
    // Only a job that has begun to train can be said to train again.
    guard FileManager.default.fileExists(atPath: "\(runFolder)/metrics.jsonl"), strike() else { return nil }
    let start = ContinuousClock.now
    var times: (noticed: Double?, recovered: Double?) = (nil, nil)
    while !launcher.isOver {
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      let news = launcher.standardErrorSoFar.dropFirst(before.count)
      if times.noticed == nil, words.contains(where: { news.contains($0) }) { times.noticed = seconds }
      if news.contains("training again") { times.recovered = seconds }
      if times.recovered != nil || seconds > 30 { break }
      usleep(10_000)
    }
    return times
  }

  // MARK: - What is left

  /// Processes, segments of shared memory and folders that the run has left behind, after a moment to end in.
  private func remains(of launchers: [pid_t]) -> [String] {
    var found: [String] = []
    for _ in 0..<100 {
      found = Victims(run: runFolder).all.map(Victims.description) + leftFiles(of: launchers)
      if found.isEmpty { break }
      usleep(50_000)
    }
    return found
  }

  private func leftFiles(of launchers: [pid_t]) -> [String] {
    ["/dev/shm", place.scratch].flatMap { folder in
      names(in: folder).filter { name in
        name.hasPrefix("revoada-\(geteuid())-") && launchers.contains { name.contains("-\($0)-") }
      }.map { "\(folder)/\($0)" }.filter(holdsFiles)
    }
  }

  /// An empty folder that a daemon has made too late, when all was over, is no loss.
  private func holdsFiles(_ path: String) -> Bool {
    let below = names(in: path)
    return below.isEmpty ? !isFolder(path) : below.contains { holdsFiles("\(path)/\($0)") }
  }

  private func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private func names(in folder: String) -> [String] {
    do { return try FileManager.default.contentsOfDirectory(atPath: folder) } catch { return [] }
  }
}
