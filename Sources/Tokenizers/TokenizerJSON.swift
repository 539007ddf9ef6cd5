import Files

/// A `tokenizer.json` being read: added tokens, normaliser, pre-tokeniser, model, decoder.
struct TokenizerJSON {
  let path: String
  let root: JSONNode

  init(_ files: TokenizerFolder, _ path: String) throws {
    self.path = path
    root = try files.json(of: path)
    guard root["model"] != nil else {
      throw TokenizerError.badContent(path, "this is no tokenizer.json: it has no model")
    }
  }

  func tokenizer() throws -> any Tokenizer {
    let kind = try text(root["model"]?["type"] ?? .text("BPE"), "model.type")
    switch kind {
    case "BPE": return try bytePairEncoding()
    default: throw unsupported("model.type", "'\(kind)' is not supported")
    }
  }

  private func bytePairEncoding() throws -> any Tokenizer {
    if let characters = try CharacterTokenizer(self) { return characters }
    return try ByteLevelBPE(self)
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
    try (part("added_tokens")?.elements ?? []).enumerated().map { index, node in
      guard let content = node["content"]?.text, let id = node["id"]?.integer,
        VocabularyAndMerges.ids.contains(id)
      else { throw badContent("added_tokens[\(index)] has no content or no sensible id") }
      var token = AddedToken(content, id: Int32(id), isSpecial: node["special"]?.boolean ?? false)
      token.isSingleWord = node["single_word"]?.boolean ?? false
      token.stripsLeft = node["lstrip"]?.boolean ?? false
      token.stripsRight = node["rstrip"]?.boolean ?? false
      token.isNormalized = node["normalized"]?.boolean ?? !token.isSpecial
      return token
    }
  }

  /// The added token that ends a text, by the names that models give it.
  static func endOfText(among added: [AddedToken]) -> Int32? {
    let names = ["<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>", "[SEP]"]
    for name in names {
      if let token = added.first(where: { $0.content.elementsEqual(name.utf8) }) { return token.id }
    }
    return nil
  }
}
