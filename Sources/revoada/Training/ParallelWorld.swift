import Collectives
import Failures
import FoundationEssentials
import Glibc
import Launching
import MPICollectives
import MessagePassing
import TensorCore

/// The processes this one was started with.
enum ParallelWorld {
  /// What mpirun, srun and Hydra set for the processes they start.
  private static let launcherVariables = ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE"]

  static var isPresent: Bool { launcherVariables.contains { getenv($0) != nil } }

  /// Runs `body` with all the processes that were started together; with this one alone, and without MPI, where nobody
  /// started several. Tasks of one srun that do not find each other are refused.
  static func run(_ body: (any ProcessGroup) throws -> Void) throws {
    guard isPresent else {
      try refuseUnconnectedTasks(of: 1)
      return try body(SoloProcess())
    }
    let scratch = try JobScratch(ofRankIn: ProcessInfo.processInfo.environment)
    defer { scratch?.leave() }
    // One thread at a time calls MPI: the main one, or during a backward pass the one that exchanges gradients.
    try World.run(threadLevel: .serialized) { world in
      try refuseUnconnectedTasks(of: world.size)
      try body(world)
    }
  }

  private static func refuseUnconnectedTasks(of size: Int) throws {
    let environment = ProcessInfo.processInfo.environment
    guard let step = SlurmStep(environment: environment),
      let problem = step.problem(connected: size, environment: environment)
    else { return }
    guard step.task == 0 else {
      // One task speaks for all. The others give it time: srun may end a step as soon as one task has failed.
      usleep(500_000)
      exit(problem.exitStatus.rawValue)
    }
    throw problem
  }
}

extension ProcessGroup {
  /// The cores this rank may use, shared fairly with the ranks of the same machine that may use them too.
  func threadsPerRank() throws -> Int {
    let own = Processor.affinity()
    let description = ([try nodeName()] + own.sorted().map(String.init)).joined(separator: " ")
    let everyone = try allGather(Array(description.utf8)).map {
      String(decoding: $0, as: UTF8.self).split(separator: " ").map(String.init)
    }
    let node = everyone[rank].first
    let sharing = everyone.filter { other in
      other.first == node && other.dropFirst().contains { Int($0).map(own.contains) ?? false }
    }
    return max(1, own.count / max(1, sharing.count))
  }

  func nodeName() throws -> String { self is SoloProcess ? "here" : try World.nodeName() }
}
