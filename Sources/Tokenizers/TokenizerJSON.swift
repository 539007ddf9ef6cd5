import Files

/// A `tokenizer.json` being read: added tokens, normaliser, pre-tokeniser, model, post-processor, decoder.
///
/// `truncation` and `padding` are settings of a program, not of a vocabulary: nothing is cut off or filled up here.
struct TokenizerJSON {
  let path: String
  let root: JSONNode
  /// A tokenizer_config.json beside it.
  private let configuration: JSONNode?
  let source: TokenizerSource

  init(_ files: TokenizerFolder, _ path: String) throws {
    self.path = path
    let text = try files.bytes(of: path)
    root = try files.json(text, path)
    guard root["model"] != nil else {
      throw TokenizerError.badContent(path, "this is no tokenizer.json: it has no model")
    }
    let name = "tokenizer_config.json"
    let folder = parentDirectory(of: path)
    var read = [TokenizerSource.File(name: "tokenizer.json", content: text)]
    configuration =
      try files.fileSystem.exists("\(folder)/\(name)")
      ? {
        let text = try files.bytes(of: "\(folder)/\(name)")
        read.append(TokenizerSource.File(name: name, content: text))
        return try files.json(text, "\(folder)/\(name)")
      }() : nil
    source = TokenizerSource(files: read)
  }

  /// Throws ``TokenizerError``.
  func tokenizer() throws -> any Tokenizer {
    let tokenizer = try uncheckedTokenizer()
    let frame = tokenizer.frame
    if let id = (frame.before + frame.after).first(where: { $0 >= tokenizer.vocabularySize }) {
      throw badContent("post_processor has the id \(id), which the vocabulary of \(tokenizer.vocabularySize) lacks")
    }
    return tokenizer
  }

  /// The tokenizer, of which the frame may have ids that no token has.
  private func uncheckedTokenizer() throws -> any Tokenizer {
    switch try text(root["model"]?["type"] ?? .text("BPE"), "model.type") {
    case "BPE":
      if let characters = try CharacterTokenizer(self) { return characters }
      return try ByteLevelBPE.isMeant(by: self) ? ByteLevelBPE(self) : pipeline(try CharacterBPE(self))
    case "WordPiece": return try pipeline(try WordPiece(self))
    case "Unigram": return try pipeline(try Unigram(self))
    case let kind: throw unsupported("model.type", "'\(kind)' is not supported")
    }
  }

  private func pipeline(_ model: any WordModel) throws -> PipelineTokenizer {
    let added = try addedTokens()
    let frame = try TokenFrame(self)
    return PipelineTokenizer(
      added: added, normalizer: try Normalizer(self), preTokenizer: try PreTokenizer(self), model: model,
      decoder: try TokenDecoder(self), frame: frame, boundaries: boundaries(added, frame), source: source)
  }

  func boundaries(_ added: [AddedToken], _ frame: TokenFrame) -> TextBoundaries {
    TextBoundaries(added: added, frame: frame, configuration: configuration)
  }

  // MARK: Parts of the file

  func badContent(_ problem: String) -> TokenizerError { .badContent(path, problem) }

  func unsupported(_ part: String, _ problem: String) -> TokenizerError { .unsupported(path, part, problem) }

  /// A part of the file; `nil` where it is missing or null.
  func part(_ name: String) -> JSONNode? {
    guard let part = root[name], !part.isNull else { return nil }
    return part
  }

  func model(_ name: String) -> JSONNode? {
    guard let part = root["model"]?[name], !part.isNull else { return nil }
    return part
  }

  func text(_ node: JSONNode, _ place: String) throws -> String {
    guard let text = node.text else { throw badContent("\(place) is not a string") }
    return text
  }

  func bytes(_ node: JSONNode?, _ place: String) throws -> [UInt8] {
    guard let bytes = node?.bytes else { throw badContent("\(place) is not a string") }
    return bytes
  }

  func count(_ node: JSONNode?, _ place: String) throws -> Int {
    guard let count = node?.integer, (0...1 << 16).contains(count) else {
      throw badContent("\(place) is no sensible number")
    }
    return count
  }

  func id(_ node: JSONNode?, _ place: String) throws -> Int32 {
    guard let id = node?.integer, VocabularyAndMerges.ids.contains(id) else {
      throw badContent("\(place) is no sensible id")
    }
    return Int32(id)
  }

  /// The parts of a sequence: no tokenizer has many, and what each does to a text comes on top of the others.
  func sequence(_ node: JSONNode, _ name: String, _ place: String) throws -> [JSONNode] {
    let parts = try elements(node, name, place)
    guard parts.count <= Self.longestSequence else {
      throw unsupported("\(place).\(name)", "has \(parts.count) parts, at most \(Self.longestSequence) are supported")
    }
    return parts
  }

  private static let longestSequence = 64

  /// Refuses replacements that make texts very long, each what the one before it made.
  ///
  /// - Parameter growth: how many bytes a byte can become.
  func requireSmallGrowth(_ growth: Double, _ part: String) throws {
    guard growth > Self.largestGrowth else { return }
    throw unsupported(part, "makes texts more than \(Int(Self.largestGrowth)) times as long")
  }

  /// SentencePiece's table makes a byte eleven at most, and what stands around it threefold.
  private static let largestGrowth = 4096.0

  /// The list of that name in a part of the file.
  func elements(_ node: JSONNode, _ name: String, _ place: String) throws -> [JSONNode] {
    guard let elements = node[name]?.elements else { throw badContent("\(place).\(name) is not a list") }
    return elements
  }

  func kind(of node: JSONNode, _ place: String) throws -> String {
    try text(node["type"] ?? .null, "\(place).type")
  }

  /// Refuses a setting of the model that is there and not what it is in every model that is understood.
  func requireUnset(_ names: [String]) throws {
    for name in names {
      guard let value = model(name), value.boolean != false, value.bytes != [], value.number != 0 else { continue }
      throw unsupported("model.\(name)", "is set, which is not supported")
    }
  }

  /// The spellings of the model's vocabulary by id.
  func spellings() throws -> [[UInt8]?] {
    guard let members = model("vocab")?.members else { throw badContent("model.vocab is not an object") }
    return try VocabularyAndMerges.spellings(members, path)
  }

  func addedTokens() throws -> [AddedToken] {
    let nodes = part("added_tokens")?.elements ?? []
    let vocabulary = model("vocab")
    let ids = VocabularyAndMerges.ids(
      of: nodes.count + (vocabulary?.members?.count ?? vocabulary?.elements?.count ?? 0))
    return try nodes.enumerated().map { index, node in
      guard let content = node["content"]?.text, let id = node["id"]?.integer, ids.contains(id) else {
        throw badContent("added_tokens[\(index)] has no content or no sensible id")
      }
      var token = AddedToken(content, id: Int32(id), isSpecial: node["special"]?.boolean ?? false)
      token.isSingleWord = node["single_word"]?.boolean ?? false
      token.stripsLeft = node["lstrip"]?.boolean ?? false
      token.stripsRight = node["rstrip"]?.boolean ?? false
      token.isNormalized = node["normalized"]?.boolean ?? !token.isSpecial
      return token
    }
  }
}
