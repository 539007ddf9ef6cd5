import Failures
import TestSupport
import Testing
import Tokenizers

@testable import Datasets

@Suite("Instructions")
struct InstructionTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ name: String) throws -> [Instruction] {
    try InstructionReader(path: "\(folder.path)/\(name)").read()
  }

  private let both = [
    Instruction(instruction: "Add.", input: "1 + 1", output: "2"), Instruction(instruction: "Greet.", output: "Olá"),
  ]

  @Test("a prompt is Alpaca's template, with a part for the input where there is one")
  func prompt() {
    #expect(
      both[0].prompt
        == "Below is an instruction that describes a task, paired with an input that provides further context. "
        + "Write a response that appropriately completes the request.\n\n### Instruction:\nAdd.\n\n### Input:\n1 + 1\n\n"
        + "### Response:\n")
    #expect(
      both[1].prompt
        == "Below is an instruction that describes a task. "
        + "Write a response that appropriately completes the request.\n\n### Instruction:\nGreet.\n\n### Response:\n")
  }

  @Test("a file is an array of objects, or has one on each line, plain or compressed; the input may be missing")
  func files() throws {
    let objects = [
      #"{"instruction": "Add.", "input": "1 + 1", "output": "2"}"#,
      #"{"output": "Olá", "instruction": "Greet.", "id": 7}"#,
    ]
    try folder.write(" [\(objects[0]),\n\(objects[1])]\n", to: "a.json")
    try folder.write(objects[0] + "\n\n" + objects[1], to: "b.jsonl")
    try folder.write(gzipped(Array(objects.joined(separator: "\n").utf8)), to: "c.jsonl.gz")
    for name in ["a.json", "b.jsonl", "c.jsonl.gz"] { #expect(try read(name) == both, "\(name)") }
  }

  @Test(
    "what cannot be used is named with its place",
    arguments: [
      (
        "a.jsonl", #"{"instruction": "a", "output": "b"}"# + "\n" + #"{"instruction": "a"}"#,
        ":2: there is no field 'output'"
      ),
      (
        "a.json", #"[{"instruction": "a", "output": "b"}, {"output": "b"}]"#,
        ": record 2: there is no field 'instruction'"
      ),
      ("a.json", #"[{"instruction": 1, "output": "b"}]"#, ": record 1: the field 'instruction' is no text"),
      ("a.json", #"[{"instruction": "a", "input": null, "output": "b"}]"#, ": record 1: the field 'input' is no text"),
      ("a.json", "[7]", ": record 1: is no object"),
      ("a.json", "[]", ": holds no instructions"),
      ("a.jsonl", "\n", ": holds no instructions"),
      ("a.json", "[{", ": byte 2: the file is not JSON: '\"' was expected"),
    ])
  func refused(name: String, content: String, problem: String) throws {
    try folder.write(content, to: name)
    let error = try #require(throws: DatasetError.self) { try read(name) }
    #expect(error.message == "\(folder.path)/\(name)\(problem)")
    #expect(error.exitStatus == .badData)
  }

  // MARK: - Samples

  private func dataset(_ context: Int, _ tokenizer: TokenizerChoice = .bytes) throws -> SequenceDataset {
    try SequenceDataset(both, tokenizer: tokenizer, context: context, threads: 1, origin: "a.json")
  }

  /// The labels of a sample that are there, and where the first of them stands.
  private func answer(_ dataset: SequenceDataset, _ number: Int) -> (first: Int?, labels: [Int32]) {
    let rows = dataset.rows([number])
    return (
      rows.labels.firstIndex { $0 != TokenSample.unlabelled }, rows.labels.filter { $0 != TokenSample.unlabelled }
    )
  }

  @Test("the answer alone is to be predicted, and the end of the text behind it; the prompt is only read")
  func labels() throws {
    let bytes = try dataset(512)
    for (number, instruction) in both.enumerated() {
      let (first, labels) = answer(bytes, number)
      #expect(bytes.tokenizer.decode(labels) == Array(instruction.output.utf8))
      #expect(first == instruction.prompt.utf8.count - 1, "where the prompt's last token is read")
      let rows = bytes.rows([number])
      #expect(rows.tokens.count == rows.labels.count && rows.tokens.count % 16 == 0)
      let own = rows.tokens.prefix(rows.lengths[0])
      #expect(
        bytes.tokenizer.decode(Array(own) + labels.suffix(1)) == Array((instruction.prompt + instruction.output).utf8))
    }
    let pairs = try dataset(512, .bytePairs(vocabularySize: 300))
    let (_, labels) = answer(pairs, 1)
    #expect(labels.last == pairs.tokenizer.endOfText && labels.last != nil)
    #expect(pairs.tokenizer.decode(Array(labels.dropLast())) == Array("Olá".utf8))
    #expect(
      !pairs.rows([1]).tokens.prefix(pairs.rows([1]).lengths[0]).contains(labels.last ?? -1), "nothing follows it")
  }

  @Test("an answer too long for the context is cut, one without room is left out, and both are told")
  func cut() throws {
    // The greeting's prompt and two of its answer's four bytes, the last of which is only predicted.
    let context = both[1].prompt.utf8.count + 1
    let short = try dataset(context)
    #expect(short.count == 1)
    #expect(answer(short, 0).labels == Array("Ol".utf8).map(Int32.init))
    #expect(
      short.notes == [
        "a.json: 1 of 2 answers do not fit into data.context \(context), and are cut",
        "a.json: 1 of 2 instructions leave no room for an answer in data.context \(context), or have none, and are left out",
      ])
    let error = try #require(throws: DatasetError.self) { try dataset(20) }
    #expect(error.message == "a.json: no prompt leaves room for an answer in data.context 20")
    #expect(try dataset(512).notes.isEmpty)
  }
}
