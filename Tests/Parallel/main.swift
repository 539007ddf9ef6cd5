// The ranks of the tests under mpirun. The argument says what they do; `MessagePassingTests` starts them.

import Collectives
import Failures
import Glibc
import GroupChecks
import MPICollectives
import MessagePassing

struct Refusal: UserFacingError {
  let rank: Int
  var exitStatus: ExitStatus { .configuration }
  var message: String { "refused on rank \(rank)" }
  var remedy: String? { nil }
}

func printToStandardError(_ error: any Error) {
  let line = Array("\(error)\n".utf8)
  _ = write(STDERR_FILENO, line, line.count)
}

switch CommandLine.arguments.dropFirst().first {
case "checks":
  let allPassed = try World.run { world in try Checklist(world).run(WorldCheck.all) }
  let restart = try expectError(WorldError.self) { try World.run { _ in } }
  try expect(restart, is: .startedTwice)
  exit(allPassed ? 0 : 1)
case "abort":
  try World.run { world in
    if world.rank == world.size - 1 { world.abort(.badData) }
    try world.barrier()
  }
case "fail-on-two-ranks":
  try World.run { world in
    world.abortOnFailure(report: printToStandardError) {
      try world.agree { if world.rank > 0 { throw Refusal(rank: world.rank) } }
    }
  }
case "throw-everywhere":
  let error = try expectError(Refusal.self) { try World.run { throw Refusal(rank: $0.rank) } }
  print(error.exitStatus == .configuration ? "caught" : "\(error)")
case "wait-for-signal":
  try World.run { world in
    print("waiting")
    fflush(nil)
    while true { pause() }
  }
default:
  print("usage: parallel-tests checks|abort|fail-on-two-ranks|throw-everywhere|wait-for-signal")
  exit(ExitStatus.usage.rawValue)
}
