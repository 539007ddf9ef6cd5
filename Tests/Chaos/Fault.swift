/// What is done to a job.
enum Fault: String, CaseIterable, Codable {
  case killRank = "kill a rank"
  case killLauncher = "kill the launcher"
  case killKeeper = "kill the keeper"
  case killMPIRun = "kill mpirun"
  case killDaemon = "kill a host's daemon"
  case stopRank = "stop a rank"
  case stopKeeper = "stop the keeper"
  case stopMPIRun = "stop mpirun"
  case stopDaemon = "stop a host's daemon"
  case stopLauncher = "stop the launcher for a moment"
  case askRank = "ask a rank to end"
  case askLauncher = "ask the launcher to end"
  case fillDisk = "fill the disk for a moment"
  case cutLink = "cut a host off"
  case slowLink = "slow a link down"

  /// Counted as a kill: something is dead at once.
  var isKill: Bool { [.killRank, .killLauncher, .killKeeper, .killMPIRun, .killDaemon].contains(self) }

  var needsLab: Bool { [.killDaemon, .stopDaemon, .cutLink, .slowLink].contains(self) }

  /// How often it is chosen beside the others.
  var weight: Int {
    switch self {
    case .killRank: 10
    case .killMPIRun, .killLauncher: 4
    case .killDaemon: 3
    case .askRank, .askLauncher, .fillDisk, .stopRank, .killKeeper: 2
    case .stopKeeper, .stopMPIRun, .stopDaemon, .stopLauncher, .cutLink, .slowLink: 1
    }
  }

  /// One of `faults`, by their weights.
  static func any(of faults: [Fault], _ random: inout some RandomNumberGenerator) -> Fault {
    var place = Int.random(in: 0..<faults.reduce(0) { $0 + $1.weight }, using: &random)
    for fault in faults {
      place -= fault.weight
      if place < 0 { return fault }
    }
    return faults[0]
  }
}
