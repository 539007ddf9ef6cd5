import Checkpoints
import Collectives
import Failures

/// A rank trains something else than the others.
struct DifferentInputs: UserFacingError, Equatable {
  /// The ranks that differ from most, or from rank 0 where there is no majority.
  let ranks: [Int]
  let total: Int
  /// What differs: `configuration`, `program` or `data`.
  let what: String

  var exitStatus: ExitStatus { what == "data" ? .badData : .configuration }

  var message: String {
    let names = ranks.map(String.init).joined(separator: ", ")
    return ranks.count == 1
      ? "rank \(names) does not have the \(what) of the other \(total - 1)"
      : "ranks \(names) do not have the \(what) of the other \(total - ranks.count)"
  }

  var remedy: String? {
    switch what {
    case "program": "Install the same build of revoada on every machine."
    case "data": "Give every machine the same data files."
    default: "Give every rank the same configuration file and options."
    }
  }
}

extension RunEnvironment {
  /// Throws, on every rank alike, unless all ranks have the same program, configuration and data.
  func requireSameInputs(configuration: RunConfiguration, data: RunData) throws {
    guard group.size > 1 else { return }
    let own = [
      "program": try group.agree { try programDigest() }, "configuration": configuration.comparable,
      "data": "\(data.preprocessing.fingerprint)",
    ]
    for what in ["program", "configuration", "data"] {
      let all = try group.allGather(Array((own[what] ?? "").utf8))
      guard let odd = Self.odd(among: all) else { continue }
      try group.agree {
        if group.rank == 0 { throw DifferentInputs(ranks: odd, total: group.size, what: what) }
      }
    }
  }

  /// The ranks that do not have what most have; `nil` where all have the same.
  static func odd(among all: [[UInt8]]) -> [Int]? {
    let counts = Dictionary(grouping: all.indices) { all[$0] }
    guard counts.count > 1 else { return nil }
    // The largest group; of equals the one with the lowest rank.
    let most = counts.values.max { ($0.count, -$0[0]) < ($1.count, -$1[0]) } ?? []
    return all.indices.filter { !most.contains($0) }
  }
}

extension RunConfiguration {
  /// All keys and values that every rank must have alike: all but the places of files.
  fileprivate var comparable: String {
    ConfigurationListing(of: self).entries.filter { !["data.path", "data.tokenizer_path"].contains($0.key) }
      .map { "\($0.key): \($0.yaml)\n" }.joined()
  }
}
