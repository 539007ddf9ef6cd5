/// Something to time: one call of it, how much work that is, and what it is, for people and for programs.
public struct Workload {
  /// The group it belongs to: `matmul`, `elementwise`, ...
  public let family: String
  /// For people, and for `--filter`: `NT 256x3072x768`.
  public let name: String
  /// For programs: all that another one needs to do the same work.
  public let parameters: [String: Parameter]
  /// The work of one call.
  public let work: Work
  /// Does it once.
  public let run: () -> Void

  public init(
    family: String, name: String, parameters: [String: Parameter], work: Work, run: @escaping () -> Void
  ) {
    self.family = family
    self.name = name
    self.parameters = parameters
    self.work = work
    self.run = run
  }
}

/// An amount of work, and with it the limit of the machine that it is held against.
public enum Work: Equatable, Sendable {
  /// Floating-point operations, a multiply-add being two.
  case operations(Double)
  /// Bytes that cross the memory bus when nothing is in a cache: what is read, what is written, and again what is
  /// written, since a line is fetched before it is overwritten, unless it was read anyway.
  case bytes(Double)
  /// Nothing but time.
  case latency
}

/// A number or a word that describes a workload.
public enum Parameter: Equatable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  case number(Int)
  case word(String)

  public init(integerLiteral value: Int) { self = .number(value) }
  public init(stringLiteral value: String) { self = .word(value) }
}

extension Parameter: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .word(let word): try container.encode(word)
    }
  }
}
