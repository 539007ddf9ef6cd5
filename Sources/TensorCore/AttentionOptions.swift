/// How `attention` divides, scales and masks.
public struct AttentionOptions: Sendable {
  /// Heads of the queries.
  public var heads: Int
  /// Heads of the keys and values, each shared by `heads / keyValueHeads` query heads (Ainslie et al., "GQA", 2023).
  public var keyValueHeads: Int
  /// Query i sees key j only where j <= i + keyTime - queryTime: the last query sees all keys.
  public var isCausal: Bool
  /// What the products of queries and keys are multiplied by; `nil`: 1 / sqrt(headSize).
  public var scale: Float?
  public var visibleKeys: VisibleKeys

  public init(
    heads: Int, keyValueHeads: Int? = nil, isCausal: Bool = false, scale: Float? = nil,
    visibleKeys: VisibleKeys = .all
  ) {
    self.heads = heads
    self.keyValueHeads = keyValueHeads ?? heads
    self.isCausal = isCausal
    self.scale = scale
    self.visibleKeys = visibleKeys
    precondition(
      heads >= 1 && self.keyValueHeads >= 1 && heads % self.keyValueHeads == 0,
      "\(heads) query heads cannot share \(self.keyValueHeads) key and value heads evenly")
  }
}

/// Which keys of each batch row may be seen: how padding is kept out.
public enum VisibleKeys: Sendable {
  case all
  /// The first so many keys of each batch row: sequences of different lengths, padded at the end.
  case first([Int])
  /// The keys whose byte is not 0: [batch, keyTime], row-major, a tokenizer's attention mask.
  case marked([UInt8])
}

extension VisibleKeys {
  /// For each batch row, the number of keys up to the last visible one; empty for `all`.
  func counts(batch: Int, keyTime: Int) -> [Int32] {
    switch self {
    case .all: return []
    case .first(let counts):
      precondition(
        counts.count == batch && counts.allSatisfy { 0 <= $0 && $0 <= keyTime },
        "key counts \(counts) for \(batch) batch rows of \(keyTime) keys")
      return counts.map(Int32.init)
    case .marked(let bytes):
      precondition(bytes.count == batch * keyTime, "\(bytes.count) marks for \(batch) batch rows of \(keyTime) keys")
      return (0..<batch).map { row in
        let marks = bytes[row * keyTime..<(row + 1) * keyTime]
        return Int32(marks.lastIndex { $0 != 0 }.map { $0 - marks.startIndex + 1 } ?? 0)
      }
    }
  }

  var marks: [UInt8] {
    if case .marked(let bytes) = self { return bytes }
    return []
  }
}
