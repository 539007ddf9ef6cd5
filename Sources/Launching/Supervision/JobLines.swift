import Supervision

/// Takes a job's standard output apart: ranks' reports, and everything else, which is for the user.
struct JobLines {
  private var rest: [UInt8] = []
  /// No line of ours is longer; what is belongs to somebody else and is handed on as it comes.
  private static let longestLine = 1 << 16

  /// - Returns: the reports whose lines are complete with `bytes`, and the bytes for the user.
  mutating func take(_ bytes: some Sequence<UInt8>) -> (reports: [RankReport], output: [UInt8]) {
    rest += bytes
    var reports: [RankReport] = []
    var output: [UInt8] = []
    var start = rest.startIndex
    while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
      Self.sort(rest[start...end], &reports, &output)
      start = rest.index(after: end)
    }
    rest.removeFirst(start)
    if rest.count > Self.longestLine { output += drain() }
    return (reports, output)
  }

  /// What came without a line's end.
  mutating func drain() -> [UInt8] {
    defer { rest = [] }
    return rest
  }

  private static func sort(_ line: ArraySlice<UInt8>, _ reports: inout [RankReport], _ output: inout [UInt8]) {
    let text = String(decoding: line, as: UTF8.self)
    guard RankReport.isReport(text) else {
      output += line
      return
    }
    if let report = RankReport(line: text) { reports.append(report) }
  }
}
