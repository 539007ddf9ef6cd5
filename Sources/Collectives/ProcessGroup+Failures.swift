import Failures

extension ProcessGroup {
  /// Runs `body` on every rank; if it throws anywhere, every rank throws: the lowest failing rank its own error, the
  /// others ``FailedElsewhere``, so that one message is printed. A collective.
  ///
  /// `body` calls no collective that a failing rank would leave out; a nested `agree` is fine.
  public func agree<Value>(_ body: () throws -> Value) throws -> Value {
    let outcome = Result { try body() }
    let verdicts = try allGather(Verdict(outcome).bytes).map(Verdict.init(bytes:))
    let firstToFail = verdicts.firstIndex { if case .failed = $0 { true } else { false } }
    guard let culprit = firstToFail, culprit != rank, case .failed(let status) = verdicts[culprit] else {
      return try outcome.get()
    }
    throw FailedElsewhere(rank: culprit, exitStatus: status)
  }

  /// Runs the whole of a program's parallel part: an error on any rank ends all of them, with one message.
  ///
  /// A rank that fails calls `report`, which tells the user, and aborts the group with the error's exit status. A
  /// rank that learns of another's failure (``FailedElsewhere``) stays silent and waits for that rank's abort.
  public func abortOnFailure<Value>(report: (any Error) -> Void, _ body: () throws -> Value) -> Value {
    do {
      return try body()
    } catch let failure as FailedElsewhere {
      waitForAbort()
      abort(failure.exitStatus)
    } catch {
      report(error)
      abort(error.exitStatus)
    }
  }

  private func waitForAbort() {
    do {
      // The rank that failed never comes to this barrier: it aborts.
      try barrier()
    } catch {
      // The group is gone already, so there is nothing left to wait for.
    }
  }
}

/// Another rank failed, and tells the user why.
public struct FailedElsewhere: UserFacingError, Equatable {
  /// The rank whose error is shown.
  public let rank: Int
  /// That error's exit status.
  public let exitStatus: ExitStatus

  public init(rank: Int, exitStatus: ExitStatus) {
    self.rank = rank
    self.exitStatus = exitStatus
  }

  public var message: String { "rank \(rank) failed" }

  public var remedy: String? { nil }
}

/// What one rank tells the others about its `body` in `agree`.
private enum Verdict {
  case succeeded
  /// Failed with an error of its own.
  case failed(ExitStatus)
  /// Failed because an inner `agree` did: some other rank holds the error that counts.
  case failedElsewhere

  init<Value>(_ outcome: Result<Value, any Error>) {
    switch outcome {
    case .success: self = .succeeded
    case .failure(is FailedElsewhere): self = .failedElsewhere
    case .failure(let error): self = .failed(error.exitStatus)
    }
  }

  init(bytes: [UInt8]) {
    switch bytes.first {
    case 1: self = .failed(ExitStatus(rawValue: Int32(bytes[1])))
    case 2: self = .failedElsewhere
    default: self = .succeeded
    }
  }

  /// An exit status is one byte by the rules of the operating system.
  var bytes: [UInt8] {
    switch self {
    case .succeeded: [0]
    case .failed(let status): [1, UInt8(truncatingIfNeeded: status.rawValue)]
    case .failedElsewhere: [2]
    }
  }
}

extension Error {
  /// The error's own exit status; a defect of ours where it has none.
  fileprivate var exitStatus: ExitStatus { (self as? any UserFacingError)?.exitStatus ?? .internalError }
}
