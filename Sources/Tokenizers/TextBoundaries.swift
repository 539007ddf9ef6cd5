import Files

/// Which tokens begin and end texts.
struct TextBoundaries: Hashable, Sendable {
  var begin: Int32?
  var end: Int32?

  init(begin: Int32? = nil, end: Int32? = nil) {
    self.begin = begin
    self.end = end
  }

  /// What a tokenizer.json tells, and a tokenizer_config.json beside it, where there is one.
  ///
  /// A text begins with a token where the tokenizer puts one in front of every text (``TokenFrame``) or the
  /// configuration's `add_bos_token` says so: a `bos_token` alone is only a name (GPT-2 has one, and begins no text with it).
  init(added: [AddedToken], frame: TokenFrame, configuration: JSONNode?) {
    func named(_ role: String) -> Int32? {
      // A string, or an object that has it as its content.
      let node = configuration?[role]
      guard let content = node?.bytes ?? node?["content"]?.bytes else { return nil }
      return added.first { $0.content == content }?.id
    }
    begin = configuration?["add_bos_token"]?.boolean == true ? named("bos_token") : nil
    begin = begin ?? frame.before.first
    end = named("eos_token")
    for name in Self.endNames where end == nil {
      end = added.first { $0.content.elementsEqual(name.utf8) }?.id
    }
  }

  /// By the names that models give it.
  private static let endNames = ["<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>", "[SEP]"]
}
