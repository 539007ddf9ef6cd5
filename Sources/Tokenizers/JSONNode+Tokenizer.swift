import Files

// The frame of every tokenizer.json that is written here.

extension JSONNode {
  static func tokenizer(added: [AddedToken], preTokenizer: JSONNode, decoder: JSONNode, model: JSONNode) -> JSONNode {
    .object([
      "version": .text("1.0"),
      "truncation": .null,
      "padding": .null,
      "added_tokens": .array(added.map(\.json)),
      "normalizer": .null,
      "pre_tokenizer": preTokenizer,
      "post_processor": .null,
      "decoder": decoder,
      "model": model,
    ])
  }

  static func bytePairModel(vocabulary: [(spelling: [UInt8], id: Int32)], merges: [JSONNode], byteFallback: Bool)
    -> JSONNode
  {
    .object([
      "type": .text("BPE"),
      "dropout": .null,
      "unk_token": .null,
      "continuing_subword_prefix": .null,
      "end_of_word_suffix": .null,
      "fuse_unk": .boolean(false),
      "byte_fallback": .boolean(byteFallback),
      "ignore_merges": .boolean(false),
      "vocab": .object(vocabulary.map { Member(name: $0.spelling, value: .integer(Int($0.id))) }),
      "merges": .array(merges),
    ])
  }
}

extension AddedToken {
  fileprivate var json: JSONNode {
    .object([
      "id": .integer(Int(id)),
      "content": .string(content),
      "single_word": .boolean(isSingleWord),
      "lstrip": .boolean(stripsLeft),
      "rstrip": .boolean(stripsRight),
      "normalized": .boolean(isNormalized),
      "special": .boolean(isSpecial),
    ])
  }
}
