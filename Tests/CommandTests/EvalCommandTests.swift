import ModelExchange
import ModelZoo
import TensorCore
import TestSupport
import Testing
import Tokenizers

extension CommandTests {
  /// `revoada eval` on runs and on a model that was imported.
  @Suite struct EvalCommandTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private func eval(_ arguments: String..., ranks: Int? = nil) throws -> RunningProcess.Output {
      try workplace.start(["eval"] + arguments, ranks: ranks).wait()
    }

    private func path(_ name: String) -> String { "\(workplace.path)/\(name)" }

    @Test("two ranks tell the same figures as one, bit for bit, of a text: in the table and in the JSON")
    func ranks() throws {
      try workplace.folder.write((0..<300).map { "line \($0 * 37 % 61) of a text\n" }.joined(), to: "text.txt")
      try workplace.folder.write(
        """
        model: {kind: gpt, layers: 1, heads: 2, width: 8}
        data: {kind: text, path: text.txt, context: 16, tokenizer: bpe, vocabulary: 280, validation: 0.3, test: 0}
        training: {steps: 4, batch: 8, lanes: 2}
        """, to: "clouds.yaml")
      try workplace.train("run")
      let alone = try eval("--checkpoint", path("run"), "--json", path("one.json"))
      let two = try eval("--checkpoint", path("run"), "--json", path("two.json"), ranks: 2)
      #expect(alone.exitCode == 0 && two.exitCode == 0, "\(alone.standardError)\(two.standardError)")
      #expect(alone.standardOutput == two.standardOutput)
      #expect(try workplace.folder.text("one.json") == workplace.folder.text("two.json"))
      let lines = alone.standardOutput.split(separator: "\n").suffix(2)
      #expect(
        lines.first?.hasPrefix("part        samples  tokens    loss  perplexity  bits per byte  accuracy") == true)
      #expect(lines.last?.hasPrefix("validation") == true)
      let json = try workplace.folder.text("one.json")
      for key in ["loss", "perplexity", "bits_per_byte", "accuracy", "tokens"] { #expect(json.contains("\"\(key)\"")) }
    }

    @Test("an imported model is judged by a text, cut by its own tokenizer into windows as long as its context")
    func imported() throws {
      let configuration = HuggingFaceConfiguration(
        .llama(Llama(vocabulary: 256, context: 7, layers: 1, heads: 2, width: 8, hidden: 10)))
      let export = ModelExport(configuration)
      try export.write(to: path("model")) { index in
        let shape = export.layout.entries[index].shape
        return Tensor(seededValues(shape.count, seed: UInt64(index)), shape, on: Backend())
      }
      try TokenizerFile.write(ByteTokenizer(), to: path("model"))
      let imported = try workplace.revoada("checkpoint", "import", path("model"), "--output", path("run"))
      #expect(imported.exitCode == 0, "\(imported.standardError)")
      try workplace.folder.write("a text of twenty-nine letters", to: "a.txt")
      let judged = try eval("--checkpoint", path("run"), "--data", path("a.txt"))
      #expect(judged.exitCode == 0, "\(judged.standardError)")
      let figures = try #require(judged.standardOutput.split(separator: "\n").last).split(separator: " ")
      #expect(figures.prefix(3) == ["all", "4", "28"], "four windows of 7 + 1")
      let shorter = try eval("--checkpoint", path("run"), "--data", path("a.txt"), "--set", "data.context=14")
      #expect(shorter.exitCode == 78)
      #expect(shorter.standardError.contains("model.context is 7, but the data come in sequences of 14 tokens"))
      let nothing = try eval("--checkpoint", path("run"))
      #expect(nothing.exitCode == 66)
      #expect(nothing.standardError.contains("Give a text with --data."))
    }

    @Test("mistakes end with one message and their status, on one rank or two", arguments: [nil, 2])
    func mistakes(ranks: Int?) throws {
      try workplace.train("run")
      let missing = try eval("--checkpoint", path("nowhere"), ranks: ranks)
      #expect(missing.exitCode == 66)
      #expect(missing.standardError.ranges(of: "revoada: error:").count == 1, "\(missing.standardError)")
      let wrong = try eval("--checkpoint", path("run"), "--set", "data.pth=x", ranks: ranks)
      #expect(wrong.exitCode == 78)
      #expect(wrong.standardError.contains("unknown key 'pth' in data"))
      #expect(try eval("--checkpoint", path("run"), "--part", "some", ranks: ranks).exitCode == 64)
      let taken = try eval("--checkpoint", path("run"), "--json", path("no/such/folder.json"), ranks: ranks)
      #expect(taken.exitCode == 73)
    }
  }
}
