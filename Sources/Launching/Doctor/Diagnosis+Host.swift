import Tables

/// What is wrong with one host.
extension Diagnosis {
  // MARK: - A host that does not answer

  /// ssh's own words say what failed; the remedy follows from them.
  static func unreachable(_ name: String, _ words: String) -> Finding {
    let remedies = [
      ("Could not resolve", "Correct the name, or give it an address in /etc/hosts or ~/.ssh/config"),
      ("Permission denied", "Put your key there: ssh-copy-id \(name)"),
      ("Host key verification", "Look at its key once and accept it: ssh \(name) true"),
      ("Connection refused", "No sshd listens there: start it"),
      ("no program to reach", "Debian has ssh in openssh-client"),
    ]
    let remedy = remedies.first { words.contains($0.0) }?.1
    return Finding(
      .error, host: name, words, remedy: remedy ?? "See whether it is on and reachable: ssh \(name) true")
  }

  /// It was reached, and the program there has not told its facts.
  static func failed(_ name: String, status: Int32, words: String, executable: String) -> Finding {
    let copy = "Copy it: scp \(shellQuoted([executable, "\(name):\(executable)"]))"
    if words.contains("shared librar") {
      return Finding(.error, host: name, words, remedy: "Install Open MPI there: run cluster/bootstrap.sh")
    }
    switch status {
    case 126: return Finding(.error, host: name, "\(executable) cannot be run there", remedy: copy)
    case 127: return Finding(.error, host: name, "there is no \(executable)", remedy: copy)
    default:
      return Finding(
        .error, host: name, "\(executable) tells nothing there (status \(status)): \(words)", remedy: copy)
    }
  }

  static func withoutOpenMPI(host: String?) -> Finding {
    Finding(
      .error, host: host, "no mpirun of Open MPI's on the search path",
      remedy: "Install Open MPI: run cluster/bootstrap.sh")
  }

  // MARK: - Differences from here

  static func differences(_ name: String, _ facts: HostFacts, here: HostFacts) -> [Finding] {
    guard facts != here else { return [] }
    var findings: [Finding] = []
    switch (facts.openMPI, here.openMPI) {
    case (nil, _): findings.append(withoutOpenMPI(host: name))
    case (let there?, let own?) where there != own:
      findings.append(
        Finding(
          .error, host: name, "Open MPI is \(there) there and \(own) here",
          remedy: "Install the same version on all hosts"))
    default: break
    }
    if let problem = facts.configurationProblem, here.configurationProblem == nil {
      findings.append(Finding(.error, host: name, problem, remedy: "Copy the configuration there, to the same path"))
    }
    for (own, other) in pairs(here.files, facts.files) {
      // What an unreadable configuration names is not known there.
      guard own.role == .program || facts.configurationProblem == nil else { continue }
      findings += difference(name, other, own: own)
    }
    if facts.instructionSets != here.instructionSets, let widest = facts.instructionSets.last {
      findings.append(
        Finding(
          .warning, host: name, "its kernels are \(widest), here they are \(here.instructionSets.last ?? "none")",
          remedy: "The bits are the same; all ranks wait for the slowest"))
    }
    return findings
  }

  /// Files that can be read neither here nor there are told once, of here.
  static func missing(_ here: HostFacts) -> [Finding] {
    here.files.filter { $0.digest == nil }.map {
      Finding(.error, host: nil, "cannot read \($0.path)", remedy: "Correct the path, or fetch the file")
    }
  }

  private static func pairs(_ own: [FileIdentity], _ other: [FileIdentity]) -> [(FileIdentity, FileIdentity?)] {
    own.map { file in (file, other.first { $0.role == file.role && ($0.path == file.path || $0.role != .data) }) }
  }

  private static func difference(_ name: String, _ other: FileIdentity?, own: FileIdentity) -> [Finding] {
    guard let digest = own.digest, other?.digest != digest else { return [] }
    let what =
      switch own.role {
      case .program: "program"
      case .configuration: "configuration"
      case .data: "data"
      }
    let remedy = "Copy it: scp \(shellQuoted([own.path, "\(name):\(own.path)"]))"
    guard let there = other?.digest else {
      return [Finding(.error, host: name, "the \(what) \(own.path) is not there", remedy: remedy)]
    }
    let kind = own.isOfEnds ? "sha256 of the ends" : "sha256"
    return [
      Finding(
        .error, host: name,
        "another \(what) at \(own.path): \(kind) \(there.prefix(12)), here \(digest.prefix(12))", remedy: remedy)
    ]
  }

  // MARK: - Too little of something

  static func shortages(_ name: String, _ facts: HostFacts, ranks: Int) -> [Finding] {
    var findings: [Finding] = []
    func warn(_ message: String, _ remedy: String) {
      findings.append(Finding(.warning, host: name, message, remedy: remedy))
    }
    if facts.instructionSets.isEmpty {
      findings.append(
        Finding(.error, host: name, "its processor lacks AVX2 and FMA", remedy: "Leave it out: nothing runs there"))
    }
    if facts.memory.free < ranks << 29 {
      warn("\(gibibytes(facts.memory.free)) of memory free for \(ranks) ranks", "Use fewer ranks, or end what fills it")
    }
    if facts.sharedMemory.free < 64 << 20 {
      warn(
        "\(facts.sharedMemory.free >> 20) MiB free in /dev/shm, where ranks share gradients",
        "In a container: --shm-size=1g; else set collective.ranks_per_node=1")
    }
    if facts.temporaryFolder.free < 100 << 20 || !facts.temporaryFolder.isWritable {
      warn("no room in \(facts.temporaryFolder.path), where Open MPI keeps its sockets", "Set TMPDIR to another folder")
    }
    if facts.load > Double(facts.cores) * 0.5 {
      let cores = facts.cores == 1 ? "1 core" : "\(facts.cores) cores"
      warn("others use it: load \(facts.load.fixed(1)) with \(cores)", "All ranks wait for the slowest")
    }
    if facts.openFileLimit < 256 + 4 * ranks {
      warn("at most \(facts.openFileLimit) open files for a process", "Raise it: ulimit -n 4096")
    }
    return findings
  }

  static func clock(_ name: String, offset: Double, uncertainty: Double) -> [Finding] {
    guard abs(offset) - uncertainty > 1 else { return [] }
    return [
      Finding(
        .warning, host: name, "its clock is \(abs(offset).fixed(1)) s \(offset > 0 ? "ahead" : "behind")",
        remedy: "Only times in logs suffer; run chrony or ntpd there")
    ]
  }
}
