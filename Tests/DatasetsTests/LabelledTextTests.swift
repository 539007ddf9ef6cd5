import Failures
import KernelInterface
import TestSupport
import Testing
import Tokenizers

@testable import Datasets

@Suite("Texts with labels")
struct LabelledTextTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(
    _ name: String, field: String = "text", label: CSVOptions.LabelColumn = .last, classes: [String]? = nil
  ) throws -> LabelledTextReader.Texts {
    try LabelledTextReader(path: "\(folder.path)/\(name)", field: field, label: label).read(classes: classes)
  }

  private func texts(_ texts: LabelledTextReader.Texts) -> [String] {
    texts.texts.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("a line is a label, a tab and a text, which may have tabs; classes are numbered in the order of their names")
  func lines() throws {
    let bytes = Array("\u{FEFF}spam\twin\tnow\r\n\nham\tOlá, \"tudo\" bem?\nham\t\nspam\t".utf8) + [0xFF]
    try folder.write(bytes, to: "a.tsv")
    try folder.write(gzipped(bytes), to: "SMSSpamCollection")
    for name in ["a.tsv", "SMSSpamCollection"] {
      let texts = try read(name)
      #expect(texts.names == ["ham", "spam"] && texts.classes == [1, 0, 0, 1])
      #expect(self.texts(texts).prefix(3) == ["win\tnow", "Olá, \"tudo\" bem?", ""] && texts.texts[3] == [0xFF])
    }
  }

  @Test("a table has texts and labels in columns by name; the label's may be a number or the last")
  func table() throws {
    try folder.write(
      "id,mood,message\n1,glad,\"well, \"\"fine\"\"\"\n2,sad,  rain\n3,glad,sun\n".replacing("message", with: "text"),
      to: "a.csv")
    for column in [CSVOptions.LabelColumn.name("mood"), .number(2)] {
      let texts = try read("a.csv", label: column)
      #expect(self.texts(texts) == ["well, \"fine\"", "rain", "sun"])
      #expect(texts.names == ["glad", "sad"] && texts.classes == [0, 1, 0])
    }
    try folder.write(Array("body,kind\n".utf8) + [0xFE] + Array(",b\ny,a\n".utf8), to: "b.csv")
    let texts = try read("b.csv", field: "body")
    #expect(texts.texts == [[0xFE], Array("y".utf8)] && texts.classes == [1, 0])
  }

  @Test("a model's own classes keep their numbers, whether or not the file has them all")
  func knownClasses() throws {
    try folder.write("spam\tx\n", to: "a.tsv")
    let texts = try read("a.tsv", classes: ["ham", "spam", "unsure"])
    #expect(texts.classes == [1] && texts.names == ["ham", "spam", "unsure"])
    try folder.write("spam\tx\n\neggs\ty\n", to: "a.tsv")
    let error = try #require(throws: DatasetError.self) { try read("a.tsv", classes: ["ham", "spam"]) }
    #expect(error.message == "\(folder.path)/a.tsv:3: the model knows no class 'eggs'")
    #expect(error.remedy == "It was trained to tell apart: ham, spam.")
  }

  @Test(
    "what cannot be used is named with its place",
    arguments: [
      ("a.tsv", "ham\tx\n\nno tab\n", ":3: there is no label and tab in front of a text"),
      ("a.tsv", "ham\tx\n\tno label\n", ":2: there is no label and tab in front of a text"),
      ("a.tsv", "ham\tx\nham\ty\n", ": every text has label ham"),
      ("a.tsv", "\n\n", ": holds no texts"),
      ("a.csv", "", ": holds no rows"),
      ("a.csv", "text,label\n", ": holds no texts"),
      ("a.csv", "text,label\nx,a\ny,\n", ":3: column 2: the label is empty"),
      ("a.csv", "text,label\nx,a\na,b,c\n", ":3: the row has 3 fields, the first has 2"),
      ("a.csv", "texts,label\nx,a\n", ": there is no column 'text'"),
      ("a.csv", "label,text\nx,a\n", ": column 'text' cannot be both text and label"),
    ])
  func refused(name: String, content: String, problem: String) throws {
    try folder.write(content, to: name)
    let error = try #require(throws: DatasetError.self) { try read(name) }
    #expect(error.message == "\(folder.path)/\(name)\(problem)")
  }

  // MARK: - Samples

  private func dataset(
    _ texts: [String], _ tokenizer: TokenizerChoice = .bytes, context: Int
  ) throws -> SequenceDataset {
    let labelled = LabelledTextReader.Texts(
      texts: texts.map { Array($0.utf8) }, classes: texts.indices.map { Int32($0 % 2) }, names: ["a", "b"])
    return try SequenceDataset(labelled, tokenizer: tokenizer, context: context, threads: 1, origin: "a.tsv")
  }

  @Test(
    "rows are as long as the longest text, rounded up to 16 and down to the context; what is longer is cut, and told")
  func rows() throws {
    let dataset = try dataset(["abc", "", String(repeating: "x", count: 17), "no more than forty"], context: 20)
    #expect(dataset.notes.isEmpty && dataset.count == 4)
    let short = dataset.rows([1, 0])
    #expect(short.tokens.count == 32 && short.lengths == [1, 3] && short.classes == [1, 0])
    #expect(short.tokens[16..<20] == [97, 98, 99, 0] && short.labels.allSatisfy { $0 == TokenSample.unlabelled })
    #expect(dataset.rows([2]).tokens == Array(repeating: 120, count: 17) + [0, 0, 0])
    let cut = try self.dataset(["abcdef", "abc", "a b c d"], context: 4)
    #expect(cut.sequences.map(\.count) == [4, 3, 4])
    #expect(cut.notes == ["a.tsv: 2 of 3 texts do not fit into data.context 4, and are cut"])
  }

  @Test("a vocabulary that has them puts [CLS] in front and [SEP] behind, cut texts too")
  func frame() throws {
    try folder.write(
      """
      {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "[CLS]": 2, "[SEP]": 3}, "merges": []},
       "added_tokens": [{"id": 2, "content": "[CLS]", "special": true}, {"id": 3, "content": "[SEP]", "special": true}],
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
       "decoder": {"type": "ByteLevel"}}
      """, to: "tokenizer.json")
    let file = TokenizerChoice.file(path: "\(folder.path)/tokenizer.json")
    #expect(try dataset(["ab", "abbba"], file, context: 5).sequences == [[2, 0, 1, 3], [2, 0, 1, 1, 3]])
    let error = try #require(throws: DatasetError.self) { try dataset(["ab", "b"], file, context: 2) }
    #expect(error.message == "data.context 2 leaves no text to read" && error.exitStatus == .configuration)
  }

  @Test("the fingerprint tells other texts, classes, names and contexts from these")
  func fingerprint() throws {
    func fingerprint(_ texts: [String], context: Int = 8, _ classes: [Int32] = [0, 1], _ names: [String] = ["a", "b"])
      throws -> UInt64
    {
      let labelled = LabelledTextReader.Texts(texts: texts.map { Array($0.utf8) }, classes: classes, names: names)
      return try SequenceDataset(labelled, tokenizer: .bytes, context: context, threads: 1, origin: "x").fingerprint
    }
    let all = try [
      fingerprint(["ab", "c"]), fingerprint(["ab", "d"]), fingerprint(["a", "bc"]),
      fingerprint(["ab", "c"], context: 9),
      fingerprint(["ab", "c"], [1, 0]), fingerprint(["ab", "c"], [0, 1], ["a", "c"]),
    ]
    #expect(Set(all).count == all.count)
    #expect(try fingerprint(["ab", "c"]) == all[0])
  }
}
