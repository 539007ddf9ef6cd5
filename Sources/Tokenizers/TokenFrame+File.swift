import Files

extension TokenFrame {
  /// From a `post_processor`; there is none where the file has none.
  init(_ file: TokenizerJSON) throws {
    self.init()
    if let processor = file.part("post_processor") { try add(processor, "post_processor", file) }
  }

  /// The most tokens around a text: real files have one or two, and each may stand for many.
  private static let longest = 1024

  /// Puts what a processor adds around what those before it added.
  private mutating func add(_ processor: JSONNode, _ place: String, _ file: TokenizerJSON) throws {
    switch try file.kind(of: processor, place) {
    case "ByteLevel": break
    case "Sequence":
      for (index, part) in try file.sequence(processor, "processors", place).enumerated() {
        try add(part, "\(place).processors[\(index)]", file)
      }
    case "BertProcessing", "RobertaProcessing":
      wrap(
        before: [try file.id(processor["cls"]?.elements?.last, "\(place).cls")],
        after: [try file.id(processor["sep"]?.elements?.last, "\(place).sep")])
    case "TemplateProcessing": try addTemplate(processor, place, file)
    case let kind: throw file.unsupported("\(place).type", "'\(kind)' is not supported")
    }
  }

  /// A template for single texts: special tokens, and the text once.
  private mutating func addTemplate(_ processor: JSONNode, _ place: String, _ file: TokenizerJSON) throws {
    var before: [Int32] = []
    var after: [Int32] = []
    var texts = 0
    for (index, piece) in try file.elements(processor, "single", place).enumerated() {
      if piece["Sequence"] != nil {
        texts += 1
        continue
      }
      let piecePlace = "\(place).single[\(index)]"
      guard let name = piece["SpecialToken"]?["id"]?.text else {
        throw file.badContent("\(piecePlace) is neither a text nor a special token")
      }
      guard let ids = processor["special_tokens"]?[name]?["ids"]?.elements else {
        throw file.badContent("\(piecePlace) has the special token '\(name)', which \(place) lacks")
      }
      let tokens = try ids.map { try file.id($0, "\(place).special_tokens of '\(name)'") }
      if texts == 0 { before += tokens } else { after += tokens }
      guard before.count + after.count <= Self.longest else {
        throw file.unsupported(place, "puts more than \(Self.longest) tokens around a text")
      }
    }
    guard texts == 1 else { throw file.unsupported("\(place).single", "has the text \(texts) times") }
    wrap(before: before, after: after)
  }

  private mutating func wrap(before: [Int32], after: [Int32]) {
    self.before = before + self.before
    self.after += after
  }
}
