import Files

extension TokenDecoder {
  /// From a `decoder`.
  init(_ file: TokenizerJSON) throws {
    self = try file.part("decoder").map { try TokenDecoder($0, "decoder", file) } ?? .joinedBySpaces
    try file.requireSmallGrowth(growth, "decoder")
  }

  /// How many bytes a byte of a token can become, at most.
  private var growth: Double {
    switch self {
    case .sequence(let parts): parts.reduce(1) { $0 * $1.growth }
    case .replace(let pattern, let content): max(1, Double(content.count) / Double(max(pattern.count, 1)))
    // A space in front.
    case .wordPiece, .joinedBySpaces: 2
    case .byteFallback, .fuse, .strip, .metaspace: 1
    }
  }

  private init(_ node: JSONNode, _ place: String, _ file: TokenizerJSON) throws {
    switch try file.kind(of: node, place) {
    case "Sequence":
      self = .sequence(
        try file.sequence(node, "decoders", place).enumerated().map { index, part in
          try TokenDecoder(part, "\(place).decoders[\(index)]", file)
        })
    case "Replace":
      self = .replace(
        try file.bytes(node["pattern"]?["String"], "\(place).pattern"),
        with: try file.bytes(node["content"], "\(place).content"))
    case "ByteFallback": self = .byteFallback
    case "Fuse": self = .fuse
    case "Strip":
      self = .strip(
        try file.bytes(node["content"], "\(place).content"),
        start: try file.count(node["start"], "\(place).start"), end: try file.count(node["stop"], "\(place).stop"))
    case "Metaspace":
      let metaspace = try PreTokenizer.Metaspace(node, place, file)
      self = .metaspace(replacement: metaspace.replacement, dropsFirst: metaspace.prependScheme != .never)
    case "WordPiece":
      self = .wordPiece(
        prefix: try file.bytes(node["prefix"] ?? .text("##"), "\(place).prefix"),
        cleansUp: node["cleanup"]?.boolean ?? true)
    case let kind: throw file.unsupported("\(place).type", "'\(kind)' is not supported")
    }
  }
}
