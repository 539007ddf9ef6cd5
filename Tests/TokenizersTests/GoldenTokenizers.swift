import Files
import Testing
import Tokenizers

/// The files of `Tests/Golden/tokenizers` and what Hugging Face's `tokenizers` makes of texts with them.
struct GoldenTokenizers {
  struct Case {
    let tokenizer: String
    let text: [UInt8]
    let ids: [Int32]
    let decoded: [UInt8]
    /// With special tokens around; one case of a tokenizer has them.
    let framed: [Int32]?
  }

  static let folder = parentDirectory(of: parentDirectory(of: #filePath)) + "/Golden"

  static func bytes(_ name: String) throws -> [UInt8] {
    let file = try LocalFileSystem().openFile("\(folder)/\(name)")
    return try file.bytes(in: 0..<file.byteCount)
  }

  static func corpus() throws -> [UInt8] { try bytes("tokenizers/corpus.txt") }

  static func tokenizer(_ name: String) throws -> any Tokenizer {
    try TokenizerFile.read(path: "\(folder)/tokenizers/\(name).json")
  }

  static func cases(of tokenizer: String) throws -> [Case] {
    let root = try JSONParser.parseExactly(bytes("tokenizer_cases.json")[...], maximumDepth: 8)
    let cases = try #require(root["cases"]?.elements).filter { $0["tokenizer"]?.text == tokenizer }
    #expect(!cases.isEmpty, "no case of \(tokenizer)")
    return try cases.map { node in
      Case(
        tokenizer: tokenizer, text: try #require(node["text"]?.bytes),
        ids: try ids(try #require(node["ids"])), decoded: try #require(node["decoded"]?.bytes),
        framed: try node["framed"].map(ids))
    }
  }

  private static func ids(_ node: JSONNode) throws -> [Int32] {
    try #require(node.elements).map { Int32(try #require($0.integer)) }
  }

  /// Compares tokens, and the text that is made of them again.
  static func expectEqual(_ tokenizer: any Tokenizer, toCasesOf name: String) throws {
    for golden in try cases(of: name) {
      let text = String(decoding: golden.text, as: UTF8.self)
      #expect(tokenizer.encode(golden.text) == golden.ids, "\(name): \(text.debugDescription)")
      #expect(tokenizer.decode(golden.ids) == golden.decoded, "\(name): \(text.debugDescription)")
    }
  }
}
