import Failures
import TestSupport
import Testing

@testable import Datasets

@Suite("Files of texts")
struct CorpusTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ name: String, field: String = "text") throws -> Corpus {
    try CorpusReader(path: "\(folder.path)/\(name)", field: field).read()
  }

  private func documents(_ corpus: Corpus) -> [String] {
    corpus.documents(in: 0..<corpus.bytes.count).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("a file is one document as it is, UTF-8 or not, compressed or not")
  func file() throws {
    let bytes = Array("Ode\r\n".utf8) + [0xFF, 0xC0, 0x00]
    try folder.write(bytes, to: "a.txt")
    try folder.write(gzipped(bytes), to: "b")
    for name in ["a.txt", "b"] {
      let corpus = try read(name)
      #expect(corpus.bytes == bytes && corpus.ends == [8] && corpus.origin == "\(folder.path)/\(name)")
    }
  }

  @Test("a folder's files are documents in the order of their names; hidden and empty ones are none")
  func files() throws {
    for (name, text) in [("b.txt", "second"), ("a.txt", "first"), (".hidden", "no"), ("c/d.txt", "no"), ("e", "")] {
      try folder.write(text, to: "texts/\(name)")
    }
    #expect(documents(try read("texts")) == ["first", "second"])
  }

  @Test("every line of a JSONL file has a document in a field, compressed or not; blank lines have none")
  func lines() throws {
    let lines = #"{"text": "um\ndois", "n": [1, {"m": null}]}"# + "\r\n\n  \n" + #"{"n": 2, "text": "três 🐦"}"#
    try folder.write(lines, to: "a.jsonl")
    try folder.write(gzipped(Array(lines.utf8)), to: "a.jsonl.gz")
    #expect(documents(try read("a.jsonl")) == ["um\ndois", "três 🐦"])
    #expect(documents(try read("a.jsonl.gz")) == ["um\ndois", "três 🐦"])
    #expect(documents(try read("a.jsonl", field: "text")) == documents(try read("a.jsonl")))
  }

  @Test(
    "a line that has no such text is named by its number",
    arguments: [
      (#"{"txt": "a"}"#, "there is no field 'text'", "Did you mean 'txt'?"),
      (#"{"b": 1, "a": 2}"#, "there is no field 'text'", "The fields there are: a, b."),
      (#"{"text": 5}"#, "the field 'text' is no text", "Give the name of a field that has the text."),
      ("[1]", "the line is no JSON object", nil),
      (#"{"text": "a"#, "the line is not JSON: the text ends inside a string at its byte 11", nil),
      (String(repeating: "[", count: 99), "the line is not JSON: more than 32 levels of nesting at its byte 32", nil),
    ] as [(String, String, String?)])
  func badLine(line: String, problem: String, remedy: String?) throws {
    try folder.write(#"{"text": "a"}"# + "\n\n" + line + "\n", to: "a.jsonl")
    let error = try #require(throws: DatasetError.self) { try read("a.jsonl") }
    #expect(error.message == "\(folder.path)/a.jsonl:3: \(problem)")
    #expect(error.exitStatus == .badData)
    if let remedy { #expect(error.remedy == remedy) }
  }

  @Test("no text at all is an error, in a file, a folder or lines")
  func empty() throws {
    try folder.write("", to: "a.txt")
    try folder.write("\n\n", to: "b.jsonl")
    try folder.write("", to: "c/a.txt")
    for name in ["a.txt", "b.jsonl", "c"] {
      let error = try #require(throws: DatasetError.self) { try read(name) }
      #expect(error.message == "\(folder.path)/\(name): holds no text" && error.exitStatus == .badData)
    }
    try folder.write("x", to: "d/.hidden")
    let error = try #require(throws: DatasetError.self) { try read("d") }
    #expect(error.message == "\(folder.path)/d: the folder holds no files" && error.exitStatus == .missingInput)
  }

  @Test("a text that is not there is named")
  func missing() throws {
    let error = try #require(throws: DatasetError.self) { try read("no") }
    #expect(error.message.hasPrefix("\(folder.path)/no: cannot be opened"))
    #expect(error.exitStatus == .missingInput)
  }

  @Test("documents at the edge of a stretch are there as far as they lie in it")
  func stretches() {
    let corpus = Corpus(["abc", "", "de", "fgh"].map { Array($0.utf8) }, origin: "a")
    #expect(corpus.ends == [3, 5, 8])
    for (range, documents) in [
      (0..<8, ["abc", "de", "fgh"]), (2..<6, ["c", "de", "f"]), (3..<5, ["de"]), (4..<4, []),
    ] {
      #expect(corpus.documents(in: range).map { String(decoding: $0, as: UTF8.self) } == documents)
    }
  }

  @Test("a text is cut where nanoGPT cuts tinyshakespeare, and its stretches are all of it")
  func split() {
    let split = StretchSplit(count: 1_115_394, validationFraction: 0.1, testFraction: 0)
    #expect(split.training == 0..<1_003_854 && split.validation == 1_003_854..<1_115_394 && split.test.isEmpty)
    for (validation, test) in [(0.0, 0.0), (0, 0.3), (0.1, 0.2), (0.45, 0.45)] {
      let split = StretchSplit(count: 10, validationFraction: validation, testFraction: test)
      #expect(split.training.lowerBound == 0 && split.training.upperBound == split.validation.lowerBound)
      #expect(split.validation.upperBound == split.test.lowerBound && split.test.upperBound == 10)
      #expect(split.validation.isEmpty == (validation == 0) && split.test.isEmpty == (test == 0))
    }
  }
}
