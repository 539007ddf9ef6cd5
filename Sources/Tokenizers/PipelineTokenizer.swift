/// A tokenizer that works in the steps of Hugging Face's `tokenizers`: added tokens are found, what lies between is normalised and cut
/// into words, a model makes tokens of the words; a decoder makes text of tokens.
///
/// BERT's WordPiece, T5's Unigram and Llama 2's byte-pair encoding are of this kind. (``ByteLevelBPE`` has fewer steps and a
/// faster path of its own.) What the steps do follows `tokenizers` 0.23; the one difference is that bytes that are no
/// UTF-8 come back from byte tokens as they were, where the library writes U+FFFD for each.
struct PipelineTokenizer: Tokenizer {
  let frame: TokenFrame
  let beginOfText: Int32?
  let endOfText: Int32?

  private let added: AddedTokens
  private let normalizer: Normalizer
  private let preTokenizer: PreTokenizer
  private let model: any WordModel
  private let decoder: TokenDecoder
  /// The content of every token, added ones included.
  private let contents: TokenTable
  /// The files it was read from.
  let source: TokenizerSource

  init(
    added: [AddedToken], normalizer: Normalizer, preTokenizer: PreTokenizer, model: any WordModel,
    decoder: TokenDecoder, frame: TokenFrame, boundaries: TextBoundaries, source: TokenizerSource
  ) {
    self.added = AddedTokens(added) { normalizer.applied(to: $0) }
    self.normalizer = normalizer
    self.preTokenizer = preTokenizer
    self.model = model
    self.decoder = decoder
    self.frame = frame
    beginOfText = boundaries.begin
    endOfText = boundaries.end
    self.source = source
    var contents: [[UInt8]?] = (0..<Int32(model.tokens.count)).map { id in
      model.tokens.contains(id) ? Array(model.tokens.bytes(of: id)) : nil
    }
    for token in added {
      while contents.count <= Int(token.id) { contents.append(nil) }
      // The library decodes a token that is looked for in normalised text to what it looks for.
      contents[Int(token.id)] = token.isNormalized ? normalizer.applied(to: token.content) : token.content
    }
    self.contents = TokenTable(contents)
  }

  var vocabularySize: Int { contents.count }

  func id(of token: String) -> Int32? {
    if let id = added.id(of: token) { return id }
    let id = model.tokens.id(of: Array(token.utf8).span)
    return id < 0 ? nil : id
  }

  func encode(_ text: [UInt8]) -> [Int32] {
    var ids: [Int32] = []
    added.inText.forEachPart(of: text.span) { part, start, token in
      if let token {
        ids.append(token.id)
        return
      }
      let normalized = normalizer.applied(to: Array(copying: part))
      added.inNormalizedText.forEachPart(of: normalized.span) { part, offset, token in
        if let token {
          ids.append(token.id)
        } else {
          append(Array(copying: part), beginsText: start + offset == 0, to: &ids)
        }
      }
    }
    return ids
  }

  private func append(_ text: [UInt8], beginsText: Bool, to ids: inout [Int32]) {
    let words = preTokenizer.applied(to: CutText(text, beginsText: beginsText))
    for word in words.words { model.append(words.bytes.span.extracting(word), to: &ids) }
  }

  func decode(_ ids: [Int32]) -> [UInt8] {
    decoder.text(of: ids.filter(contents.contains).map { Array(contents.bytes(of: $0)) })
  }
}

extension [UInt8] {
  init(copying bytes: Span<UInt8>) {
    self.init(unsafeUninitializedCapacity: bytes.count) { buffer, count in
      for index in bytes.indices { buffer.initializeElement(at: index, to: bytes[index]) }
      count = bytes.count
    }
  }
}
