import Files

extension PreTokenizer {
  /// From a `pre_tokenizer`.
  init(_ file: TokenizerJSON) throws {
    self = try file.part("pre_tokenizer").map { try PreTokenizer($0, "pre_tokenizer", file) } ?? .none
  }

  private init(_ node: JSONNode, _ place: String, _ file: TokenizerJSON) throws {
    switch try file.kind(of: node, place) {
    case "Sequence":
      self = .sequence(
        try file.sequence(node, "pretokenizers", place).enumerated().map { index, part in
          try PreTokenizer(part, "\(place).pretokenizers[\(index)]", file)
        })
    case "BertPreTokenizer": self = .bert
    case "WhitespaceSplit": self = .whitespaceSplit
    case "Whitespace": self = .whitespace
    case "Digits": self = .digits(individually: node["individual_digits"]?.boolean ?? false)
    case "Punctuation":
      guard (node["behavior"]?.text ?? "Isolated") == "Isolated" else {
        throw file.unsupported("\(place).behavior", "is supported as 'Isolated' only")
      }
      self = .punctuation
    case "Metaspace": self = .metaspace(try Metaspace(node, place, file))
    case let kind: throw file.unsupported("\(place).type", "'\(kind)' is not supported")
    }
  }
}

extension PreTokenizer.Metaspace {
  /// Also the settings of a decoder of that name.
  init(_ node: JSONNode, _ place: String, _ file: TokenizerJSON) throws {
    replacement = try file.bytes(node["replacement"] ?? .text("▁"), "\(place).replacement")
    guard !replacement.isEmpty, decodeScalar(replacement.span, at: 0).length == replacement.count else {
      throw file.badContent("\(place).replacement is not one character")
    }
    splits = node["split"]?.boolean ?? true
    // Older files say only whether something is put in front.
    if node["add_prefix_space"]?.boolean == false {
      prependScheme = .never
    } else if let name = node["prepend_scheme"]?.text {
      guard let scheme = PrependScheme(rawValue: name) else {
        throw file.unsupported("\(place).prepend_scheme", "'\(name)' is not supported")
      }
      prependScheme = scheme
    }
  }
}
