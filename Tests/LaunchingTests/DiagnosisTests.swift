import Testing

@testable import Launching

/// From facts to findings, without a host.
@Suite struct DiagnosisTests {
  private func facts(_ change: (inout HostFacts) -> Void = { _ in }) -> HostFacts {
    let space = HostFacts.Space(path: "/runs", total: 1 << 40, free: 1 << 38, isWritable: true)
    var facts = HostFacts(
      hostName: "a", directory: "/home/x", bootIdentifier: "1", user: 0, system: "Linux 6.1", processor: "P",
      instructionSets: ["avx2"], cores: 4, load: 0, memory: space, sharedMemory: space, runFolder: space,
      temporaryFolder: space, clock: 0, openMPI: "4.1.4",
      files: [
        FileIdentity(role: .program, path: "/bin/revoada", byteCount: 3, digest: "p"),
        FileIdentity(role: .configuration, path: "/a.yaml", byteCount: 3, digest: "c"),
        FileIdentity(role: .data, path: "/a.csv", byteCount: 3, digest: "d"),
      ],
      configurationProblem: nil, openFileLimit: 1024, lockedMemoryLimit: 0, ptraceScope: 0)
    change(&facts)
    return facts
  }

  /// Findings about two hosts of which the second is as told.
  private func findings(
    slots: Int = 2, offset: Double = 0, _ change: (inout HostFacts) -> Void = { _ in }
  ) -> [Finding] {
    let second = facts {
      $0.hostName = "b"
      change(&$0)
    }
    return diagnosis(.facts(second, clockOffset: offset, uncertainty: 0.2), slots: slots).findings
  }

  private func diagnosis(_ answer: HostAnswer, slots: Int = 2) -> Diagnosis {
    let hosts = [
      ExaminedHost(name: "a", slots: 2, answer: .facts(facts(), clockOffset: 0, uncertainty: 0)),
      ExaminedHost(name: "b", slots: slots, answer: answer),
    ]
    return Diagnosis(of: hosts, here: facts(), executable: "/bin/revoada")
  }

  @Test("hosts that are alike and have room have nothing wrong with them")
  func alike() { #expect(findings().isEmpty) }

  @Test("another program, configuration or file of data is an error that says how to copy it")
  func differentFiles() throws {
    for (index, what) in ["program", "configuration", "data"].enumerated() {
      let finding = try #require(findings { $0.files[index].digest = "x" }.first)
      #expect(finding.severity == .error && finding.host == "b")
      #expect(finding.message.contains("another \(what)"))
      let path = facts().files[index].path
      #expect(finding.remedy.contains("scp \(path) b:\(path)"))
      #expect(findings { $0.files[index].digest = nil }.map(\.message) == ["the \(what) \(path) is not there"])
    }
  }

  @Test("ssh's last words decide the remedy of a host that does not answer")
  func unreachable() throws {
    let words = [
      "ssh: Could not resolve hostname b: Name or service not known": "/etc/hosts",
      "root@b: Permission denied (publickey).": "ssh-copy-id b",
      "Host key verification failed.": "accept it: ssh b true",
      "ssh: connect to host b port 22: Connection refused": "sshd",
      "no answer within 5 s": "ssh b true",
    ]
    for (words, remedy) in words {
      let diagnosis = diagnosis(.unreachable(words))
      #expect(diagnosis.findings.count == 1 && !diagnosis.isReady)
      #expect(diagnosis.findings[0].line.hasPrefix("error: b: \(words)"))
      #expect(diagnosis.findings[0].remedy.contains(remedy), "\(words)")
    }
  }

  @Test("a program that is missing, may not be run, lacks a library or is older is an error with its remedy")
  func failed() {
    let missing = diagnosis(.failed(status: 127, words: "bash: /bin/revoada: No such file")).findings
    #expect(missing.map(\.remedy) == ["Copy it: scp /bin/revoada b:/bin/revoada"])
    let words = "/bin/revoada: error while loading shared libraries: libmpi.so.40: cannot open"
    #expect(diagnosis(.failed(status: 127, words: words)).findings[0].remedy.contains("Open MPI"))
    #expect(diagnosis(.failed(status: 126, words: "Permission denied")).findings[0].message.contains("cannot be run"))
    #expect(diagnosis(.failed(status: 64, words: "Error: Unknown")).findings[0].message.contains("status 64"))
  }

  @Test("more slots than cores are one warning for all hosts, and no obstacle")
  func oversubscribed() throws {
    let hosts = ["a", "b", "c"].map { name in
      ExaminedHost(
        name: name, slots: name == "b" ? 4 : 6,
        answer: .facts(facts { $0.hostName = name }, clockOffset: 0, uncertainty: 0))
    }
    let diagnosis = Diagnosis(of: hosts, here: facts(), executable: "/bin/revoada")
    #expect(diagnosis.isReady)
    #expect(diagnosis.findings.count == 1)
    #expect(diagnosis.findings[0].line.hasPrefix("warning: a,c: more slots than cores, 6 on 4"))
  }

  @Test("two names of one machine are an error")
  func sameMachine() {
    let diagnosis = diagnosis(.facts(facts(), clockOffset: 0, uncertainty: 0))
    #expect(diagnosis.findings.map(\.message) == ["is the same machine as a: a"])
    #expect(!diagnosis.isReady)
  }

  @Test("a clock counts as wrong only by more than the time that asking took")
  func clock() {
    #expect(findings(offset: -1.1).isEmpty)
    #expect(findings(offset: -3.5).map(\.message) == ["its clock is 3.5 s behind"])
    #expect(findings(offset: 3.5).map(\.message) == ["its clock is 3.5 s ahead"])
  }

  @Test("too little memory, shared memory, scratch room or files, and a busy machine, are warnings")
  func shortages() {
    #expect(findings { $0.memory.free = 1 << 29 }.map(\.message) == ["0.5 GiB of memory free for 2 ranks"])
    #expect(findings { $0.sharedMemory.free = 1 << 20 }[0].remedy.contains("--shm-size"))
    #expect(findings { $0.temporaryFolder.free = 0 }[0].remedy.contains("TMPDIR"))
    #expect(findings { $0.load = 2.5 }.map(\.message) == ["others use it: load 2.5 with 4 cores"])
    #expect(findings { $0.openFileLimit = 64 }[0].remedy.contains("ulimit"))
    #expect(findings { $0.instructionSets = ["avx2", "avx512"] }.map(\.severity) == [.warning])
  }

  @Test("a processor without AVX2, another Open MPI, or none, is an error")
  func unusable() {
    #expect(findings { $0.instructionSets = [] }.map(\.severity) == [.error])
    #expect(findings { $0.openMPI = "5.0.1" }.map(\.message) == ["Open MPI is 5.0.1 there and 4.1.4 here"])
    #expect(findings { $0.openMPI = nil }.map(\.severity) == [.error])
  }

  @Test("only the first host, which has rank 0, must be able to write the run's folder")
  func runFolder() {
    #expect(findings { $0.runFolder.isWritable = false }.isEmpty)
    let first = facts { $0.runFolder.isWritable = false }
    let host = ExaminedHost(name: "a", slots: 1, answer: .facts(first, clockOffset: 0, uncertainty: 0))
    let diagnosis = Diagnosis(of: [host], here: first, executable: "/bin/revoada")
    #expect(diagnosis.findings.map(\.message) == ["nothing can be written to /runs"])
    #expect(!diagnosis.isReady)
  }

  @Test("a report has a line for each finding, a row for each host, and a verdict")
  func report() throws {
    let hosts = [
      ExaminedHost(name: "a", slots: 2, answer: .facts(facts(), clockOffset: 0, uncertainty: 0)),
      ExaminedHost(name: "b", slots: 1, answer: .unreachable("no answer within 5 s")),
    ]
    let diagnosis = Diagnosis(of: hosts, here: facts(), executable: "/bin/revoada")
    let report = DoctorReport(hosts: hosts, diagnosis: diagnosis, links: [])
    #expect(
      report.text == """
        error: b: no answer within 5 s. See whether it is on and reachable: ssh b true

        host  slots  cores  kernels  load     memory   /dev/shm       disk  clock
        a         2      4     avx2   0.0  256.0 GiB  256.0 GiB  256.0 GiB   same
        b         1      -        -     -          -          -          -      -

        2 hosts, 3 slots: not ready, 1 error above
        """)
    #expect(try report.json().contains("\"is_ready\" : false"))
  }

  @Test("more ranks than cores on a machine are told once, as many as its busiest host has")
  func oversubscription() {
    let machine = Machine(executable: "/r", mpirun: MPIRun(path: "/m", majorVersion: 4), cores: 2)
    let hosts = HostList(hosts: [.init(name: "a", slots: 2), .init(name: "b", slots: 2)])
    #expect(LaunchRequest(ranks: 2, worker: []).oversubscription(on: machine) == nil)
    #expect(LaunchRequest(hosts: hosts, worker: []).oversubscription(on: machine) == nil)
    #expect(LaunchRequest(ranks: 3, worker: []).oversubscription(on: machine)?.hasPrefix("3 ranks on 2 cores") == true)
    let twice = LaunchRequest(ranks: 8, hosts: hosts, worker: []).oversubscription(on: machine)
    #expect(twice?.hasPrefix("4 ranks on 2 cores") == true)
  }
}
