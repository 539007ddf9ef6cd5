import FoundationEssentials

/// Lets another program say which workload runs next, so that it can measure something of its own in between.
///
/// The first line written is the JSON of all workloads. Then each line read is a workload's index, answered by a line
/// with the seconds of one call, the mean of a block. The end of the input ends the dialogue.
public struct Dialogue {
  private let workloads: [Workload]
  private let stopwatch: Stopwatch

  public init(_ workloads: [Workload], stopwatch: Stopwatch = Stopwatch()) {
    self.workloads = workloads
    self.stopwatch = stopwatch
  }

  /// - Throws: `DialogueError` at a line that is no index.
  public func hold(reading nextLine: () -> String?, writing write: (String) -> Void) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    write(String(decoding: try encoder.encode(Offer(workloads: workloads)), as: UTF8.self))
    var callsPerBlock: [Int: Int] = [:]
    while let line = nextLine() {
      guard let index = Int(line), workloads.indices.contains(index) else {
        throw DialogueError(line: line, count: workloads.count)
      }
      let run = workloads[index].run
      let calls = callsPerBlock[index] ?? stopwatch.callsPerBlock(of: run)
      callsPerBlock[index] = calls
      write("\(stopwatch.secondsPerCall(of: run, calls: calls))")
    }
  }
}

/// The first line.
private struct Offer: Encodable {
  let workloads: [Workload]
}

extension Workload: Encodable {
  private enum CodingKeys: String, CodingKey {
    case family, name, parameters, operations, bytes
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(family, forKey: .family)
    try container.encode(name, forKey: .name)
    try container.encode(parameters, forKey: .parameters)
    switch work {
    case .operations(let amount): try container.encode(amount, forKey: .operations)
    case .bytes(let amount): try container.encode(amount, forKey: .bytes)
    case .latency: break
    }
  }
}
