import Collectives

/// A property that every process group has, whatever carries its messages.
///
/// A check runs on all ranks at once, in the in-process group and under MPI alike, and throws on any rank that finds
/// the property broken.
public struct GroupCheck: Sendable, CustomStringConvertible {
  /// The property, as a sentence.
  public let name: String
  public let body: @Sendable (any ProcessGroup) throws -> Void

  public init(_ name: String, _ body: @escaping @Sendable (any ProcessGroup) throws -> Void) {
    self.name = name
    self.body = body
  }

  public var description: String { name }

  /// All checks, in the order in which every rank runs them.
  public static let all = sums + exchanges + agreements + memory
}

/// A rank found something else than it should.
public struct CheckFailure: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// Throws unless `found` is `expected`.
public func expect<Value: Equatable>(
  _ found: Value, is expected: Value, _ what: String = "value", line: Int = #line
) throws {
  guard found == expected else { throw CheckFailure("line \(line): \(what) is \(found), not \(expected)") }
}

/// Throws unless `condition` holds.
public func expect(_ condition: Bool, _ what: String, line: Int = #line) throws {
  guard condition else { throw CheckFailure("line \(line): not so: \(what)") }
}

/// The error of type `Failure` that `body` throws; anything else that `body` does is a failed check.
public func expectError<Failure: Error, Value>(
  _ type: Failure.Type, line: Int = #line, _ body: () throws -> Value
) throws -> Failure {
  let value: Value
  do {
    value = try body()
  } catch let error as Failure {
    return error
  }
  throw CheckFailure("line \(line): \(value) came back where \(type) was due")
}
