import Files
import FoundationEssentials

extension Normalizer {
  /// From a `normalizer`.
  init(_ file: TokenizerJSON) throws {
    self = try file.part("normalizer").map { try Normalizer($0, "normalizer", file) } ?? .none
    try file.requireSmallGrowth(growth, "normalizer")
  }

  /// How many bytes a byte of a text can become, at most.
  private var growth: Double {
    switch self {
    case .sequence(let parts): parts.reduce(1) { $0 * $1.growth }
    case .precompiled(let characters): Double(max(characters.longestReplacement, 1))
    case .replace(let pattern, let content): max(1, Double(content.count) / Double(max(pattern.count, 1)))
    case .replaceRunsOfSpaces(let content): max(1, Double(content.count) / 2)
    // What is put in front of a text is once as long; a later part can make it longer.
    case .prepend(let prefix): Double(prefix.count + 1)
    // Spaces around a character, decompositions, small letters.
    case .bert, .lowercase: 3
    case .strip: 1
    }
  }

  private init(_ node: JSONNode, _ place: String, _ file: TokenizerJSON) throws {
    switch try file.kind(of: node, place) {
    case "Sequence":
      self = .sequence(
        try file.sequence(node, "normalizers", place).enumerated().map { index, part in
          try Normalizer(part, "\(place).normalizers[\(index)]", file)
        })
    case "BertNormalizer":
      let lowercases = node["lowercase"]?.boolean ?? true
      self = .bert(
        BertNormalizer(
          cleansText: node["clean_text"]?.boolean ?? true,
          separatesChinese: node["handle_chinese_chars"]?.boolean ?? true,
          stripsAccents: node["strip_accents"]?.boolean ?? lowercases, lowercases: lowercases))
    case "Lowercase": self = .lowercase
    case "Prepend": self = .prepend(try file.bytes(node["prepend"], "\(place).prepend"))
    case "Strip":
      self = .strip(left: node["strip_left"]?.boolean ?? true, right: node["strip_right"]?.boolean ?? true)
    case "Replace": self = try Self.replacement(node, place, file)
    case "Precompiled":
      let text = try file.text(node["precompiled_charsmap"] ?? .null, "\(place).precompiled_charsmap")
      guard let data = Data(base64Encoded: text), let characters = PrecompiledCharacters([UInt8](data)) else {
        throw file.badContent("\(place).precompiled_charsmap is no table of characters in base 64")
      }
      self = .precompiled(characters)
    case let kind: throw file.unsupported("\(place).type", "'\(kind)' is not supported")
    }
  }

  private static func replacement(_ node: JSONNode, _ place: String, _ file: TokenizerJSON) throws -> Normalizer {
    let content = try file.bytes(node["content"], "\(place).content")
    guard let pattern = node["pattern"]?["Regex"]?.text else {
      return .replace(try file.bytes(node["pattern"]?["String"], "\(place).pattern"), with: content)
    }
    guard pattern == " {2,}" else { throw file.unsupported("\(place).pattern", "'\(pattern)' is not supported") }
    return .replaceRunsOfSpaces(with: content)
  }
}
