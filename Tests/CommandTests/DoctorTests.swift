import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension CommandTests {
  @Suite struct DoctorTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    @Test("doctor without hosts looks over this machine, and says so as JSON too")
    func here() throws {
      let output = try workplace.revoada(
        "doctor", "\(workplace.path)/clouds.yaml", "--run", "\(workplace.path)/runs", "--json",
        "\(workplace.path)/doctor.json")
      #expect(output.exitCode == 0, "\(output.standardOutput)")
      #expect(output.standardOutput.contains("\nlocalhost  "))
      #expect(output.standardOutput.contains("1 host, "))
      let json = String(decoding: try workplace.folder.bytes("doctor.json"), as: UTF8.self)
      #expect(json.contains("\"is_ready\" : true"))
      #expect(json.contains("\"path\" : \"\(workplace.path)/clouds.csv\""))
    }

    @Test("a configuration or data that cannot be read here are one error, and the status is 69")
    func unreadable() throws {
      let missing = try workplace.revoada("doctor", "\(workplace.path)/nothing.yaml")
      #expect(missing.exitCode == 69)
      #expect(missing.standardOutput.ranges(of: "error:").count == 1, "\(missing.standardOutput)")
      unlink("\(workplace.path)/clouds.csv")
      let output = try workplace.revoada("doctor", "\(workplace.path)/clouds.yaml")
      #expect(output.exitCode == 69)
      #expect(output.standardOutput.contains("error: cannot read \(workplace.path)/clouds.csv"))
    }

    @Suite(.enabled(if: NetworkLab.isAvailable, "the lab needs root, iproute2 and sshd: cluster/bootstrap.sh --lab"))
    struct Hosts {
      private let workplace: Workplace

      init() throws { workplace = try Workplace() }

      /// `doctor` on lab1. `agent` is a script that the doctor takes for ssh: what it does before ssh is to run.
      private func doctor(hosts: String, agent: String? = nil) throws -> (status: Int32, errors: [String], text: String)
      {
        var script = "exec \"$@\""
        if let agent {
          try workplace.folder.write("#!/bin/bash\n\(agent)\n", to: "agent")
          chmod("\(workplace.path)/agent", 0o755)
          script = "ssh=$(command -v ssh) OMPI_MCA_plm_rsh_agent=\(workplace.path)/agent exec \"$@\""
        }
        let command = [builtExecutable("revoada"), "doctor", "--hosts", hosts, "\(workplace.path)/clouds.yaml"]
        let options = ["--run", "\(workplace.path)/runs", "--json", "\(workplace.path)/doctor.json"]
        let output = try NetworkLab.start(hosts: 2, ["bash", "-c", script, "bash"] + command + options).wait()
        let errors = output.standardOutput.split(separator: "\n").map(String.init).filter { $0.hasPrefix("error:") }
        #expect(output.standardError.isEmpty)
        return (output.exitCode, errors, output.standardOutput)
      }

      /// An agent that hands ssh other words.
      private static func swap(_ word: String, _ other: String) -> String {
        "from=\(word) to=\(other)\nexec $ssh \"${@//$from/$to}\""
      }

      @Test("two hosts that are alike are ready, and the network between them has been measured")
      func ready() throws {
        let found = try doctor(hosts: "lab1:1,lab2:1")
        #expect(found.status == 0 && found.errors.isEmpty, "\(found.text)")
        #expect(found.text.contains("MB/s"))
        #expect(found.text.contains("2 hosts, 2 slots: ready"))
        let json = String(decoding: try workplace.folder.bytes("doctor.json"), as: UTF8.self)
        #expect(json.contains("\"bandwidth\" :"))
      }

      @Test("a host that does not exist is one error with ssh's words, and the others are told all the same")
      func unknownHost() throws {
        let found = try doctor(hosts: "lab1:1,lab2:1,nowhere:1")
        #expect(found.status == 69)
        #expect(found.errors.count == 1, "\(found.text)")
        #expect(found.errors.first?.contains("nowhere: ssh: Could not resolve hostname nowhere") == true)
        #expect(found.text.contains("\nlab2 "))
      }

      @Test("another program, or none, on the second host is one error that says how to copy it")
      func differentProgram() throws {
        // The hosts share their files: the program of the second one lies elsewhere.
        let other = "\(workplace.path)/other"
        try FileManager.default.copyItem(atPath: builtExecutable("revoada"), toPath: other)
        let file = try #require(fopen(other, "ae"))
        fputs("x", file)
        fclose(file)
        let program = String(cString: try #require(realpath(builtExecutable("revoada"), nil)))
        let different = try doctor(hosts: "lab1:1,lab2:1", agent: Self.swap(program, other))
        #expect(different.status == 69)
        #expect(different.errors.count == 1, "\(different.text)")
        #expect(different.errors.first?.contains("lab2: another program at \(program)") == true)
        #expect(different.errors.first?.contains("scp \(program) lab2:\(program)") == true)
        let missing = try doctor(hosts: "lab1:1,lab2:1", agent: Self.swap(program, "\(other)s"))
        #expect(missing.errors.count == 1, "\(missing.text)")
        #expect(missing.errors.first?.contains("lab2: there is no \(program)") == true)
      }

      @Test("another configuration on the second host is one error")
      func differentConfiguration() throws {
        try workplace.folder.write(Workplace.model + Workplace.data + "training: {steps: 3, batch: 8}\n", to: "o.yaml")
        let found = try doctor(hosts: "lab1:1,lab2:1", agent: Self.swap("clouds.yaml", "o.yaml"))
        #expect(found.status == 69)
        #expect(found.errors.count == 1, "\(found.text)")
        #expect(found.errors.first?.contains("lab2: another configuration") == true)
      }
    }
  }
}
