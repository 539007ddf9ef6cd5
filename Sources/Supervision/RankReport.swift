import FoundationEssentials

/// What a rank tells the launcher, once a second: a state, so that a report that is lost costs nothing.
///
/// It travels as one line of JSON on the rank's standard output, which mpirun forwards.
public struct RankReport: Codable, Equatable, Sendable {
  public var rank: Int
  public var host: String
  public var process: Int32
  public var phase: RunPhase
  /// Optimizer steps done.
  public var step: Int
  /// See `RunPulse.beats`.
  public var beats: Int
  /// The step of the newest checkpoint.
  public var saved: Int?
  /// Whether somebody asked the rank to end: the user, or mpirun, because another rank is gone.
  public var isAskedToEnd: Bool
  /// What the rank has reported as the reason why it ends; cut where it is long.
  public var lastWords: String?

  public init(
    rank: Int, host: String, process: Int32, phase: RunPhase, step: Int, beats: Int, saved: Int? = nil,
    isAskedToEnd: Bool = false, lastWords: String? = nil
  ) {
    self.rank = rank
    self.host = host
    self.process = process
    self.phase = phase
    self.step = step
    self.beats = beats
    self.saved = saved
    self.isAskedToEnd = isAskedToEnd
    self.lastWords = lastWords
  }

  enum CodingKeys: String, CodingKey {
    case rank, host, process, phase, step, beats, saved
    case isAskedToEnd = "asked_to_end"
    case lastWords = "last_words"
  }
}

extension RankReport {
  /// What a report's line begins with; no line of a result does.
  private static let mark = #"{"revoada_rank":"#
  /// mpirun takes ranks' output in pieces of 4,096 bytes and mixes those of different ranks: lines whose length divides
  /// that are not cut where there is more than one.
  private static let shortestLine = 256
  /// Of names and messages: what JSON's escapes make of it still fits the line.
  private static let longestText = 60

  /// The line, its end included.
  public var line: String {
    var short = self
    short.host = String(host.prefix(Self.longestText))
    short.lastWords = lastWords.map { String($0.prefix(Self.longestText)) }
    let text: String
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      text = String(decoding: try encoder.encode(["revoada_rank": short]), as: UTF8.self)
    } catch {
      preconditionFailure("texts and numbers can always be encoded: \(error)")
    }
    var length = Self.shortestLine
    while length < text.utf8.count + 1 { length *= 2 }
    return text + String(repeating: " ", count: length - text.utf8.count - 1) + "\n"
  }

  /// Whether `line` is a rank's report or meant to be: not a line of the job's own output.
  public static func isReport(_ line: some StringProtocol) -> Bool { line.hasPrefix(mark) }

  /// `nil` where the line is no report, or one that was damaged on its way.
  public init?(line: some StringProtocol) {
    guard Self.isReport(line) else { return nil }
    do {
      let message = try JSONDecoder().decode([String: RankReport].self, from: Data(line.utf8))
      guard let report = message["revoada_rank"] else { return nil }
      self = report
    } catch {
      return nil
    }
  }
}

extension RunPhase: Codable {
  private var name: String { "\(self)" }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let phase = Self.allCases.first(where: { $0.name == name }) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no phase is called \(name)")
    }
    self = phase
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
