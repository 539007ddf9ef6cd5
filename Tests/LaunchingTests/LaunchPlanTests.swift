import Failures
import Testing

@testable import Launching

@Suite struct LaunchPlanTests {
  private let worker = ["train", "a.yaml"]

  private func machine(cores: Int, _ change: (inout Machine) -> Void = { _ in }) -> Machine {
    var machine = Machine(
      executable: "/opt/revoada", mpirun: MPIRun(path: "/usr/bin/mpirun", majorVersion: 4), cores: cores,
      hasXPMEM: true)
    change(&machine)
    return machine
  }

  /// What stands between mpirun and this program.
  private func options(_ plan: LaunchPlan) throws -> [String] {
    let program = try #require(plan.arguments.firstIndex(of: "/opt/revoada"))
    return Array(plan.arguments[1..<program])
  }

  @Test("ranks with a core each are bound side by side, and the whole command is as written here")
  func bound() throws {
    let plan = try LaunchPlan(LaunchRequest(ranks: 4, worker: worker), on: machine(cores: 4))
    #expect(
      plan.commandLine == "/usr/bin/mpirun --quiet -n 4 --bind-to core --map-by slot:PE=1 "
        + "/opt/revoada train a.yaml --threads 1 --progress plain")
    #expect(plan.environment.isEmpty)
  }

  @Test(
    "threads are the cores shared out, at least one, and ranks are bound while each has cores of its own",
    arguments: [
      (cores: 16, ranks: 4, threads: 4, bound: true), (16, 3, 5, true), (4, 4, 1, true), (4, 5, 1, false),
      (1, 1, 1, true), (1, 8, 1, false),
    ])
  func sharing(cores: Int, ranks: Int, threads: Int, bound: Bool) throws {
    let plan = try LaunchPlan(LaunchRequest(ranks: ranks, worker: worker), on: machine(cores: cores))
    #expect(plan.threads == threads)
    #expect(plan.isBound == bound)
    let placement = try Array(options(plan).suffix(4))
    #expect(
      placement
        == (bound
          ? ["--bind-to", "core", "--map-by", "slot:PE=\(threads)"]
          : ["--bind-to", "none", "--map-by", "slot:OVERSUBSCRIBE"]))
  }

  @Test("threads that were asked for are kept, and ranks that then lack cores are not bound")
  func explicitThreads() throws {
    let few = try LaunchPlan(LaunchRequest(ranks: 2, threads: 1, worker: worker), on: machine(cores: 8))
    #expect(few.threads == 1 && few.isBound)
    let many = try LaunchPlan(LaunchRequest(ranks: 2, threads: 5, worker: worker), on: machine(cores: 8))
    #expect(many.threads == 5 && !many.isBound)
  }

  @Test("a process that may not use every CPU binds nothing, for mpirun would bind to the forbidden ones")
  func confined() throws {
    let plan = try LaunchPlan(
      LaunchRequest(ranks: 2, worker: worker), on: machine(cores: 4) { $0.isConfined = true })
    #expect(!plan.isBound)
    #expect(plan.threads == 2)
    #expect(try options(plan).contains("none"))
  }

  @Test("over hosts, a watched job has ssh ask nobody, and soon gives up a host that is gone")
  func watched() throws {
    var request = LaunchRequest(ranks: 2, worker: worker)
    request.supervision = LaunchRequest.Supervision(lanes: 2, scratch: [])
    #expect(try !options(LaunchPlan(request, on: machine(cores: 2))).contains("plm_rsh_args"))
    request.hosts = try HostList(option: "a:1,b:1")
    let options = try options(LaunchPlan(request, on: machine(cores: 2))).joined(separator: " ")
    #expect(options.contains("--mca plm_rsh_args -o BatchMode=yes"))
    #expect(options.contains("--mca oob_tcp_keepalive_time"))
  }

  @Test("root gets mpirun's permission, others do not ask for it", arguments: [true, false])
  func root(isRoot: Bool) throws {
    let plan = try LaunchPlan(
      LaunchRequest(ranks: 1, worker: worker), on: machine(cores: 1) { $0.isRoot = isRoot })
    #expect(try options(plan).contains("--allow-run-as-root") == isRoot)
  }

  @Test("without XPMEM the single copy is switched off by the name it has in each Open MPI")
  func singleCopy() throws {
    let request = LaunchRequest(ranks: 1, worker: worker)
    let allowed = try options(LaunchPlan(request, on: machine(cores: 1)))
    #expect(!allowed.contains("--mca"))
    let four = try options(LaunchPlan(request, on: machine(cores: 1) { $0.hasXPMEM = false }))
    #expect(four.suffix(3) == ["--mca", "btl_vader_single_copy_mechanism", "none"])
    let five = try options(
      LaunchPlan(
        request,
        on: machine(cores: 1) {
          $0.hasXPMEM = false
          $0.mpirun.majorVersion = 5
        }))
    #expect(five.suffix(3) == ["--mca", "smsc", "^cma"])
  }

  @Test("on a terminal the workers draw a bar as wide as it, elsewhere they print plain lines")
  func progress() throws {
    let request = LaunchRequest(ranks: 1, worker: worker)
    let terminal = try LaunchPlan(request, on: machine(cores: 1) { $0.terminalColumns = 132 })
    #expect(terminal.arguments.suffix(2) == ["--progress", "bar"])
    #expect(terminal.environment == ["COLUMNS": "132"])
    #expect(terminal.commandLine.hasPrefix("COLUMNS=132 /usr/bin/mpirun "))
    #expect(try LaunchPlan(request, on: machine(cores: 1)).arguments.suffix(2) == ["--progress", "plain"])
  }

  @Test("hosts are passed on, and the fullest of them decides about threads and binding")
  func hosts() throws {
    let hosts = try HostList(option: "a:2,b:4")
    let all = try LaunchPlan(LaunchRequest(hosts: hosts, worker: worker), on: machine(cores: 8))
    #expect(all.ranks == 6)
    #expect(all.threads == 2 && all.isBound)
    #expect(try options(all).starts(with: ["--quiet", "-n", "6", "--host", "a:2,b:4"]))

    let tooMany = try LaunchPlan(LaunchRequest(ranks: 7, hosts: hosts, worker: worker), on: machine(cores: 8))
    #expect(!tooMany.isBound)
    #expect(tooMany.threads == 1)
  }

  @Test("other hosts get the variables that change how workers run; on this machine they are inherited")
  func variables() throws {
    let machine = machine(cores: 4) {
      $0.workerVariables = Machine.workerVariables(in: ["REVOADA_ISA": "avx2", "REVOADA_A": "", "HOME": "/root"])
      $0.terminalColumns = 80
    }
    let hosts = try HostList(option: "a:2,b:2")
    let forwarded = ["-x", "COLUMNS", "-x", "REVOADA_A", "-x", "REVOADA_ISA"]
    #expect(
      try options(LaunchPlan(LaunchRequest(hosts: hosts, worker: worker), on: machine))
        .starts(with: ["--quiet", "-n", "4", "--host", "a:2,b:2"] + forwarded))
    #expect(try !options(LaunchPlan(LaunchRequest(ranks: 4, worker: worker), on: machine)).contains("-x"))
  }

  @Test("the worker's arguments keep their order, and the command line quotes what a shell would take apart")
  func quoting() throws {
    let plan = try LaunchPlan(
      LaunchRequest(ranks: 1, worker: ["train", "my run.yaml", "--set", "data.label=it's $1", ""]),
      on: machine(cores: 1))
    #expect(
      plan.commandLine.hasSuffix(
        #"/opt/revoada train 'my run.yaml' --set 'data.label=it'\''s $1' '' --threads 1 --progress plain"#))
  }

  @Test("impossible numbers of ranks and threads are usage errors", arguments: [(0, 1), (-1, 1), (70_000, 1), (1, 0)])
  func impossible(ranks: Int, threads: Int) throws {
    let error = #expect(throws: LaunchError.self) {
      try LaunchPlan(LaunchRequest(ranks: ranks, threads: threads, worker: worker), on: machine(cores: 2))
    }
    #expect(error?.exitStatus == .usage)
  }

  @Test("without hosts the number of ranks must be given")
  func missingRanks() throws {
    let error = #expect(throws: LaunchError.self) {
      try LaunchPlan(LaunchRequest(worker: worker), on: machine(cores: 2))
    }
    #expect(error?.exitStatus == .usage)
  }
}
