import ArgumentParser
import FoundationEssentials
import Glibc
import TestSupport

/// Trains small models again and again while everything around them is killed, stopped, starved and cut off.
@main
struct ChaosCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chaos",
    abstract: "Kill, stop and starve running jobs at random, and expect every run to end with the same bits.",
    discussion: """
      Runs of a perceptron and a GPT, on this machine and, as root, on the hosts of the network lab, are disturbed and \
      then left to end. The digest of each must be that of an undisturbed run; no process and no shared memory may \
      stay. What dies for good is started again as a queue would do it. The status is 1 if anything is lost.

      Examples:
        chaos --minutes 5
        chaos --minutes 1 --seed 7 --machine-only
      """)

  @Option(help: "The program to test; by default the revoada beside this one.")
  var program: String?

  @Option(help: "For how long runs are started.")
  var minutes = 5.0

  @Option(help: "Chooses faults, victims and moments.")
  var seed: UInt64?

  @Flag(help: "Leave the network lab out.")
  var machineOnly = false

  @Option(help: ArgumentHelp("Run on these hosts of the lab that this process is in.", visibility: .hidden))
  var hosts: String?

  @Option(help: ArgumentHelp("Write the figures to a file.", valueName: "file"))
  var json: String?

  func run() throws {
    let seed = self.seed ?? UInt64(getpid())
    let program =
      program.map { $0.hasPrefix("/") ? $0 : FileManager.default.currentDirectoryPath + "/" + $0 }
      ?? builtExecutable("revoada")
    let hasLab = hosts == nil && !machineOnly && NetworkLab.isAvailable
    if hosts == nil { say("chaos: seed \(seed)\(hasLab ? "" : "; the lab is left out")") }
    var chaos = try Chaos(program: program, hosts: hosts, seed: seed)
    var report = try chaos.report(seconds: minutes * 60 * (hasLab ? 0.7 : 1))
    if hasLab { report.merge(try labReport(program, seed)) }
    if let json { try JSONEncoder().encode(report).write(to: URL(filePath: json)) }
    if hosts == nil { print(report.text) }
    if !report.isClean { throw ExitCode(1) }
  }

  /// The part on several hosts: this program again, inside of a lab.
  private func labReport(_ program: String, _ seed: UInt64) throws -> ChaosReport {
    let folder = try TemporaryFolder()
    let figures = "\(folder.path)/lab.json"
    let process = try NetworkLab.start(
      hosts: 3,
      [
        CommandLine.arguments[0].hasPrefix("/") ? CommandLine.arguments[0] : builtExecutable("chaos"), "--program",
        program, "--minutes", "\(minutes * 0.3)", "--seed", "\(seed &+ 1)", "--hosts", "lab1:1,lab2:1,lab3:1",
        "--json", figures,
      ])
    let output = try process.wait(timeout: Int(minutes * 20) + 900)
    say(output.standardError)
    guard let data = FileManager.default.contents(atPath: figures) else {
      var report = ChaosReport()
      report.lost = ["the lab ended with \(output.exitCode): \(output.standardError.suffix(400))"]
      return report
    }
    return try JSONDecoder().decode(ChaosReport.self, from: data)
  }
}

/// Runs one after the other in one place.
struct Chaos {
  let program: String
  let place: Place
  private var random: SeededGenerator

  init(program: String, hosts: String?, seed: UInt64) throws {
    self.program = program
    place = try Place(hosts: hosts)
    random = SeededGenerator(seed: seed)
  }

  mutating func report(seconds: Double) throws -> ChaosReport {
    let expected = try undisturbed()
    var report = ChaosReport()
    let start = ContinuousClock.now
    var number = 0
    while report.seconds < seconds {
      number += 1
      let workload = Workload.all[number % Workload.all.count]
      let run = ChaosRun(
        program: program, place: place, workload: workload, ranks: Int.random(in: 2...3, using: &random),
        number: number, faultCount: Int.random(in: 6...14, using: &random))
      let result = try run.result(&random)
      report.add(result, of: workload.name, expected: expected[workload.name] ?? "")
      report.seconds = (ContinuousClock.now - start) / .seconds(1)
      say(
        "chaos: \(place.hosts == nil ? "machine" : "lab") \(workload.name) \(number): \(result.faults.count) faults, "
          + "\(result.launches) launches\(result.problem.map { ", LOST: \($0)" } ?? "")"
          + "\(result.problem == nil && result.digest != expected[workload.name] ? ", DIFFERS" : "")"
          + "\(result.remains.isEmpty ? "" : ", REMAINS: \(result.remains)"); \(Int(report.seconds)) s")
    }
    return report
  }

  /// The digests of runs that nothing happens to, on one rank.
  private func undisturbed() throws -> [String: String] {
    var digests: [String: String] = [:]
    for workload in Workload.all {
      let run = "\(place.folder.path)/undisturbed-\(workload.name)"
      let output = try RunningProcess(
        program, ["train", "\(place.folder.path)/\(workload.name).yaml", "--run", run, "--progress", "none"]
      ).wait(timeout: 300)
      guard output.exitCode == 0 else { throw ValidationError("the undisturbed run failed: \(output.standardError)") }
      let digest = try RunningProcess(program, ["checkpoint", "digest", run]).wait().standardOutput
      digests[workload.name] = String(digest.prefix { !$0.isNewline })
    }
    return digests
  }
}
