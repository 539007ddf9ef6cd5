import Failures
import TestSupport
import Testing
import Tokenizers

@testable import Datasets

/// The bytes of a file of tokens as llm.c writes it.
private func llmC(_ tokens: [UInt32], magic: UInt32 = 20_240_520, version: UInt32 = 1, count: Int? = nil) -> [UInt8] {
  let header = [magic, version, UInt32(count ?? tokens.count)] + [UInt32](repeating: 0, count: 253)
  return header.flatMap(littleEndian) + (magic == 20_240_520 ? narrow(tokens) : tokens.flatMap(littleEndian))
}

private func narrow(_ tokens: [UInt32]) -> [UInt8] { tokens.flatMap { littleEndian(UInt16($0)) } }

private func littleEndian<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
  withUnsafeBytes(of: word.littleEndian) { Array($0) }
}

@Suite("Files of tokens")
struct TokenFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func load(
    _ name: String, context: Int = 4, validation: Double = 0, test: Double = 0, vocabularySize: Int? = nil,
    tokenizer: (any Tokenizer)? = nil
  ) throws -> LoadedText {
    try LoadedText(
      TokenCollection(path: "\(folder.path)/\(name)"), tokenizer: tokenizer, vocabularySize: vocabularySize,
      LoadedText.Options(context: context, validation: validation, test: test))
  }

  private func tokens(_ text: TextDataset) -> [Int32] {
    var list: [Int32] = []
    text.tokens.append(0..<text.tokens.count, to: &list)
    return list
  }

  @Test("nanoGPT's tokens of two bytes, and llm.c's of two and of four behind a header, are the same tokens")
  func forms() throws {
    let ids: [UInt32] = [5, 0, 65_535, 256, 1, 77]
    try folder.write(narrow(ids), to: "nano.bin")
    try folder.write(llmC(ids), to: "gpt2.bin")
    try folder.write(llmC(ids, magic: 20_240_801, version: 7), to: "llama3.bin")
    for name in ["nano.bin", "gpt2.bin", "llama3.bin"] {
      let text = try load(name)
      #expect(tokens(text.training) == ids.map { Int32($0) } && text.training.vocabularySize == 65_536)
      #expect(text.training.windows([0]) == [5, 0, 65_535, 256, 1])
      #expect(try text.fingerprint == load("nano.bin").fingerprint)
    }
    try folder.write(llmC([128_255, 3, 4, 5, 6], magic: 20_240_801, version: 7), to: "large.bin")
    #expect(try load("large.bin").training.windows([0]) == [128_255, 3, 4, 5, 6])
  }

  @Test("one file is cut into stretches; a folder's files are told apart by their names, and follow each other")
  func parts() throws {
    try folder.write(narrow((0..<100).map { $0 }), to: "one.bin")
    let one = try load("one.bin", validation: 0.2, test: 0.1)
    #expect(tokens(one.training) == Array(0..<70))
    #expect(try tokens(#require(one.validation)) == Array(70..<90))
    #expect(try tokens(#require(one.test)) == Array(90..<100))

    try folder.write(narrow([1, 2, 3]), to: "many/train-0.bin")
    try folder.write(llmC([4, 5, 6, 7, 8]), to: "many/train-1.bin")
    try folder.write(narrow([9]), to: "many/train-2.bin")
    try folder.write(narrow([11, 12, 13, 14, 15]), to: "many/val.bin")
    try folder.write("of this folder", to: "many/readme.txt")
    let many = try load("many", context: 2, validation: 0.5, test: 0.3)
    #expect(tokens(many.training) == Array(1...9), "it brings a validation part: nothing is cut off")
    #expect(try tokens(#require(many.validation)) == Array(11...15) && many.test == nil)
    #expect(many.training.windows([3, 1, 0]) == [7, 8, 9, 3, 4, 5, 1, 2, 3], "windows go from file to file")
  }

  @Test("a stretch of several files begins and ends inside them")
  func stretches() throws {
    for (name, ids) in [("a", 0..<3), ("b", 3..<4), ("c", 4..<10)] as [(String, Range<UInt32>)] {
      try folder.write(narrow(Array(ids)), to: "\(name).bin")
    }
    let files = try ["a", "b", "c"].map { try TokenFile(path: "\(folder.path)/\($0).bin") }
    for lower in 0...10 {
      for upper in lower...10 {
        let sequence = TokenSequence(files, range: lower..<upper)
        for start in 0...sequence.count {
          var list: [Int32] = []
          sequence.append(start..<sequence.count, to: &list)
          #expect(list == Array(Int32(lower + start)..<Int32(upper)))
        }
      }
    }
  }

  @Test("a token outside the vocabulary is named with its place and its file, whoever sets the vocabulary")
  func outside() throws {
    try folder.write(narrow([1, 2, 3, 4, 5]), to: "tokens/train.bin")
    try folder.write(narrow([1, 2, 3, 300, 301]), to: "tokens/val.bin")
    for (size, tokenizer) in [(300, nil), (nil, ByteTokenizer())] as [(Int?, ByteTokenizer?)] {
      let error = try #require(throws: DatasetError.self) {
        try load("tokens", vocabularySize: size, tokenizer: tokenizer)
      }
      #expect(
        error.message
          == "\(folder.path)/tokens/val.bin: token 300 at position 3 is outside the vocabulary of \(size ?? 256)")
      #expect(error.exitStatus == .badData)
    }
    try folder.write(llmC([1, 2, .max, 3, 4], magic: 20_240_801, version: 7), to: "huge.bin")
    let error = try #require(throws: DatasetError.self) { try load("huge.bin") }
    #expect(error.message.contains("token 4294967295 at position 2 is outside"))
    #expect(try load("tokens", vocabularySize: 302).training.vocabularySize == 302)
  }

  @Test(
    "a file of another magic number, version or length is refused, and it is said what is wrong",
    arguments: [
      (llmC([1, 2], magic: 20_240_519), "byte 0: 20240519 is the magic number of no token file"),
      (llmC([1, 2], version: 2), "byte 4: version 2 of the format; for 20240520 it is 1"),
      (llmC([1, 2], magic: 20_240_801, version: 1), "byte 4: version 1 of the format; for 20240801 it is 7"),
      (llmC([1, 2], count: 3), "holds 1028 bytes, but a header for 3 tokens, which need 1030"),
      (llmC([1, 2]) + [0], "holds 1029 bytes, but a header for 2 tokens, which need 1028"),
      (llmC([1, 2], count: Int(Int32.max)), "holds 1028 bytes, but a header for 2147483647 tokens"),
      ([1, 2, 3], "holds 3 bytes, which are no tokens of two bytes each"),
      ([], "holds no tokens"), (llmC([]), "holds no tokens"),
    ])
  func malformed(bytes: [UInt8], problem: String) throws {
    let path = try folder.write(bytes, to: "a.bin")
    let error = try #require(throws: DatasetError.self) { try TokenFile(path: path) }
    #expect(error.message.hasPrefix("\(path): \(problem)"), "\(error.message)")
    #expect(error.exitStatus == .badData && error.remedy != nil)
  }

  @Test("files that are not there, folders without any, and parts shorter than a window are named")
  func missing() throws {
    for (name, problem) in [("no.bin", "cannot be opened"), ("", "the folder holds no files of tokens")] {
      let error = try #require(throws: DatasetError.self) { try load(name) }
      #expect(error.message.hasPrefix("\(folder.path)/\(name): \(problem)") && error.exitStatus == .missingInput)
    }
    try folder.write(narrow([1, 2, 3, 4]), to: "short.bin")
    let error = try #require(throws: DatasetError.self) { try load("short.bin", context: 4) }
    #expect(
      error.message
        == "\(folder.path)/short.bin: the training part holds 4 tokens, fewer than one window of 4 + 1")
  }
}
