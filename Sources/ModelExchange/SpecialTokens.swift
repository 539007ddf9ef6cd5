import Checkpoints
import Files
import Inference

/// The tokens that a `config.json` names by their numbers. Nothing here depends on them: they are kept for those who generate
/// text from an exported model.
public struct SpecialTokens: Hashable, Sendable {
  /// `bos_token_id` and the like; each a token or a list of them.
  public var ids: [String: JSONValue]

  static let keys = ["bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id"]

  /// The member of `TrainingRecord.model` that holds them.
  static let member = "special_tokens"

  /// Those that an imported model brought; `nil` where the checkpoint says nothing of them.
  init?(ofCheckpoint checkpoint: LoadedCheckpoint) {
    guard case .object(let members) = checkpoint.manifest.training.model,
      case .object(let ids)? = members[Self.member], !ids.isEmpty
    else { return nil }
    self.init(ids)
  }

  public init(_ ids: [String: JSONValue] = [:]) {
    self.ids = ids.filter { Self.keys.contains($0.key) }
  }

  public init(endOfText: Int32) { ids = ["eos_token_id": .integer(Int(endOfText))] }

  init(_ fields: ConfigurationFields) throws(HuggingFaceConfigurationError) {
    ids = [:]
    for key in Self.keys {
      guard let value = fields[key] else { continue }
      // Old files give -1 where there is none.
      if case .integer(let id) = value, id < 0 { continue }
      guard Self.isToken(value) else { throw fields.bad(key, value, expected: "a token or a list of tokens") }
      ids[key] = value
    }
  }

  /// All keys, `null` where there is none: else a reader would put tokens of its own there.
  func configuration(of family: any HuggingFaceFamily) -> [String: JSONValue] {
    let all = Self.keys.map { ($0, ids[$0] ?? family.specialTokens[$0] ?? .null) }
    return Dictionary(uniqueKeysWithValues: all)
  }

  private static func isToken(_ value: JSONValue) -> Bool {
    switch value {
    case .integer(let id): id >= 0 && id < SizeLimit.vocabulary
    case .array(let ids): ids.allSatisfy { if case .integer = $0 { isToken($0) } else { false } }
    default: false
    }
  }
}
