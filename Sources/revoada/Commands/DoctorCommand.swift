import ArgumentParser
import Checkpoints
import Failures
import Files
import Glibc
import Launching

/// `revoada doctor`: whether a job would run on these hosts, before it does.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look over the hosts of a job, or this machine: what would stop it, what would slow it down.",
    discussion: """
      Every host is asked by ssh: does it answer, has it the same program, configuration and data, memory, room, the \
      same Open MPI; then the network is measured. Each problem is a line with its remedy. The status is 0 where nothing \
      stands in the way, 69 otherwise.

      Examples:
        revoada doctor
        revoada doctor --hosts a:2,b:2 configs/mnist-mlp.yaml
      """)

  @Option(help: "The machines and how many ranks each takes: a:2,b:2")
  var hosts: String?

  @Option(help: "A file with one machine on each line: name slots=2", completion: .file())
  var hostfile: String?

  @Option(help: ArgumentHelp("Also write what was found to a file, as JSON.", valueName: "file"))
  var json: String?

  @OptionGroup var subject: DoctorSubject

  func validate() throws {
    if hosts != nil && hostfile != nil { throw ValidationError("Give --hosts or --hostfile, not both.") }
  }

  func run() async throws {
    let program = try Machine.ownExecutable()
    let here = await subject.facts(program: program)
    let list = try hostList() ?? HostList(hosts: [.init(name: "localhost", slots: here.cores)])
    let doctor = Doctor(
      list, executable: program, factsArguments: ["doctor-facts", "--directory", here.directory] + subject.arguments)
    let examined = await doctor.examine(here: here)
    var diagnosis = Diagnosis(of: examined, here: here, executable: program)
    var links: [HostLink] = []
    if diagnosis.isReady && list.hosts.count > 1 {
      switch try await doctor.measureLinks(["doctor-links"], on: try await Machine.detect()) {
      case .success(let measured): links = measured
      case .failure(let problem): diagnosis.add(problem.finding)
      }
    }
    let report = DoctorReport(hosts: examined, diagnosis: diagnosis, links: links)
    print(report.text)
    if let json { try LocalFileSystem().createFile(json).writeAll(try report.json()) }
    if !diagnosis.isReady { throw ExitCode(ExitStatus.unavailable.rawValue) }
  }

  private func hostList() throws -> HostList? {
    if let hosts { return try HostList(option: hosts) }
    return try hostfile.map { try HostList(hostfile: $0) }
  }
}

/// What is looked at on every host.
struct DoctorSubject: ParsableArguments {
  @Argument(help: "The configuration: a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(help: ArgumentHelp("The run's folder; runs/ by default.", valueName: "dir"))
  var run = "runs"

  @OptionGroup var keys: KeyOptions

  /// The same again, for the other hosts.
  var arguments: [String] {
    var arguments = ["--run", run] + keys.arguments
    if let config { arguments += ["--", config] }
    return arguments
  }

  func facts(program: String) async -> HostFacts {
    await HostFacts.here(program: program, config: config, overrides: keys.overrides, runFolder: run)
  }
}
