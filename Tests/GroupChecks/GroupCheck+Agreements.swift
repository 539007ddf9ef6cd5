import Collectives
import Failures

extension GroupCheck {
  static let agreements = [
    GroupCheck("where no rank fails, agreeing returns every rank its own value") { group in
      try expect(try group.agree { 7 * group.rank }, is: 7 * group.rank)
    },
    GroupCheck("where one rank fails, it throws its own error and the others name it") { group in
      for culprit in 0..<group.size {
        try expectFailure(of: [culprit], in: group)
      }
    },
    GroupCheck("where several ranks fail, the lowest of them has the word") { group in
      try expectFailure(of: Set(0..<group.size), in: group)
      try expectFailure(of: Set(0..<group.size).subtracting([0]), in: group)
    },
    GroupCheck("a failure inside a nested agreement stays one rank's failure") { group in
      let last = group.size - 1
      let body = {
        try group.agree { try group.agree { try failOnRank(last, of: group) } }
      }
      if group.rank == last {
        try expect(try expectError(CheckRefused.self, body), is: CheckRefused(rank: last))
      } else {
        let error = try expectError(FailedElsewhere.self, body)
        try expect(error, is: FailedElsewhere(rank: last, exitStatus: .badData))
      }
    },
    GroupCheck("an error without an exit status counts as a defect") { group in
      let body = { try group.agree { if group.rank == 0 { throw CheckFailure("on purpose") } } }
      if group.rank == 0 {
        try expect(try expectError(CheckFailure.self, body).description, is: "on purpose")
      } else {
        let error = try expectError(FailedElsewhere.self, body)
        try expect(error, is: FailedElsewhere(rank: 0, exitStatus: .internalError))
      }
    },
  ]
}

private struct CheckRefused: UserFacingError, Equatable {
  let rank: Int
  var exitStatus: ExitStatus { .badData }
  var message: String { "refused on rank \(rank)" }
  var remedy: String? { nil }
}

private func failOnRank(_ culprit: Int, of group: any ProcessGroup) throws {
  if group.rank == culprit { throw CheckRefused(rank: culprit) }
}

private func expectFailure(of culprits: Set<Int>, in group: any ProcessGroup) throws {
  guard let first = culprits.min() else { return }
  let body = { try group.agree { if culprits.contains(group.rank) { throw CheckRefused(rank: group.rank) } } }
  if group.rank == first {
    try expect(try expectError(CheckRefused.self, body), is: CheckRefused(rank: first))
  } else {
    let error = try expectError(FailedElsewhere.self, body)
    try expect(error, is: FailedElsewhere(rank: first, exitStatus: .badData))
  }
  try group.barrier()
}
