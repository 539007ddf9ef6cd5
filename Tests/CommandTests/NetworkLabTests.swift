import FoundationEssentials
import Glibc
import TestSupport
import Testing
import Training

extension CommandTests {
  /// Ranks on hosts that mpirun reaches by ssh and that have nothing but a network between them.
  @Suite(.enabled(if: NetworkLab.isAvailable, "the lab needs root, iproute2 and sshd: cluster/bootstrap.sh --lab"))
  struct NetworkLabTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    /// `launch` on two hosts of the lab, a rank each.
    private func startLaunch(_ run: String, _ options: String...) throws -> RunningProcess {
      try NetworkLab.start(
        hosts: 2,
        [builtExecutable("revoada"), "launch", "--hosts", "lab1:1,lab2:1", "\(workplace.path)/clouds.yaml"]
          + ["--run", "\(workplace.path)/\(run)"] + options)
    }

    @Test("two hosts of the lab train to the digest of one process")
    func sameDigest() throws {
      let alone = try workplace.train("alone")
      let output = try startLaunch("hosts").wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      let summary = try workplace.summary("hosts")
      #expect(summary.machine.ranks == 2)
      #expect(summary.results == alone.results)
      #expect(summary.parametersDigest == alone.parametersDigest)
    }

    @Test("a job over hosts that is told to stop saves, ends with 75, and goes on alone to the same digest")
    func stopped() throws {
      let process = try startLaunch("cut", "--steps", "1000000", "--set", "checkpoint.every=0")
      try process.waitUntil("metrics") { _ in workplace.folder.exists("cut/metrics.jsonl") }
      process.send(SIGTERM)
      let output = try process.wait()
      #expect(output.exitCode == 75)
      #expect(output.standardError.ranges(of: "revoada: interrupted").count == 1)
      let steps = "\(try #require(try workplace.checkpoints("cut").last) + 3)"
      let resumed = try workplace.train("cut", "--steps", steps)
      #expect(try resumed.parametersDigest == workplace.train("straight", "--steps", steps).parametersDigest)
    }

    @Test("a host that is cut off half-way is named, the job goes on without it, and ends with the same digest")
    func lostHost() throws {
      let course = ["--steps", "400", "--set", "checkpoint.every=10", "--set", "training.evaluate_every=1000"]
      let job = [
        builtExecutable("revoada"), "launch", "--hosts", "lab1:1,lab2:1", "\(workplace.path)/clouds.yaml", "--run",
        "\(workplace.path)/lost",
      ]
      // The shell waits for a checkpoint, then takes the other host's network away for good.
      let script = """
        "$@" & until [ -e "$0/lost/checkpoints/step-00000020" ]; do sleep 0.1; done; lab-link lab2 down; wait $!
        """
      let output = try NetworkLab.start(hosts: 2, ["bash", "-c", script, workplace.path] + job + course)
        .wait(timeout: 170)
      #expect(output.exitCode == 0, "\(output.standardError)")
      // Who notices first, mpirun or the launcher, is a matter of moments.
      #expect(output.standardError.contains("host lab2 is left out until it answers"), "\(output.standardError)")
      #expect(output.standardError.contains("training again on 1 rank"))
      _ = try workplace.startTraining("straight", course).wait()
      #expect(try workplace.digest("lost") == workplace.digest("straight"))
    }

    @Test("a variable that chooses the kernels reaches the other host: a bad value there is an error here")
    func variables() throws {
      let output = try NetworkLab.start(
        hosts: 2,
        [builtExecutable("revoada"), "launch", "--hosts", "lab2:1", "\(workplace.path)/clouds.yaml"],
        environment: ["REVOADA_ISA": "mmx"]
      ).wait()
      #expect(output.exitCode != 0)
      #expect(output.standardError.contains("REVOADA_ISA=mmx"))
    }

    @Test("hosts have names of their own, the status is the command's, and nothing of the lab remains")
    func remains() throws {
      let script = "hostname; ssh lab2 hostname; echo $OMPI_MCA_orte_tmpdir_base; ssh lab2 sleep 1000 & exit 7"
      let output = try NetworkLab.start(hosts: 2, ["bash", "-c", script]).wait()
      #expect(output.exitCode == 7, "\(output.standardError)")
      let lines = output.standardOutput.split(separator: "\n").map(String.init)
      #expect(lines.prefix(2) == ["lab1", "lab2"])
      let folder = try #require(lines.last).split(separator: "/").dropLast().map(String.init).joined(separator: "/")
      #expect(folder.contains("netlab."))
      #expect(!FileManager.default.fileExists(atPath: "/" + folder))
      // What cleans up ends a little after the lab, when its control group is empty.
      var remains = true
      for _ in 0..<200 where remains {
        remains = try runningCommandLines().contains { $0.contains(folder) }
        if remains { usleep(50_000) }
      }
      #expect(!remains)
    }

    private func runningCommandLines() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { process in
        FileManager.default.contents(atPath: "/proc/\(process)/cmdline").map { String(decoding: $0, as: UTF8.self) }
      }
    }
  }
}
