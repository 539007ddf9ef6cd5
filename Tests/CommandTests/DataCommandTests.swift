import TestSupport
import Testing

extension CommandTests {
  @Suite struct DataCommandTests {
    private let workplace: Workplace

    init() throws {
      workplace = try Workplace()
      let text = (0..<80).map { "line \($0) of \(3 * $0)\n" }.joined()
      try workplace.folder.write(text, to: "texts/a.txt")
      try workplace.folder.write("", to: "texts/b.txt")
    }

    private var texts: String { workplace.path + "/texts" }

    @Test("data prepare writes files of tokens that a run trains on, and data inspect tells what they hold")
    func prepareAndTrain() throws {
      let prepared = try workplace.start([
        "data", "prepare", texts, "--tokenizer", "bytes", "--output", workplace.path + "/tokens/", "--shard-tokens",
        "500",
      ]).wait()
      #expect(prepared.exitCode == 0, "\(prepared.standardError)")
      #expect(prepared.standardOutput.contains("1 documents, 1.00 bytes a token"))
      let inspected = try workplace.start(["data", "inspect", workplace.path + "/tokens"]).wait()
      #expect(inspected.standardOutput.contains("vocabulary 256, uint16, 1 documents"))
      #expect(inspected.standardOutput.contains("that is \"line 0 of 0\\nline\""), "\(inspected.standardOutput)")
      try workplace.folder.write(
        """
        model: {kind: gpt, layers: 1, heads: 1, width: 8}
        data: {kind: tokens, path: tokens, context: 16}
        training: {steps: 1, batch: 2}
        """, to: "tokens.yaml")
      let trained = try workplace.revoada(
        "train", workplace.path + "/tokens.yaml", "--run", workplace.path + "/run")
      #expect(trained.exitCode == 0, "\(trained.standardError)")
    }

    @Test("data prepare refuses a folder that is there, and texts that are empty")
    func refused() throws {
      let taken = try workplace.start([
        "data", "prepare", texts, "--tokenizer", "bytes", "--output", texts,
      ]).wait()
      #expect(taken.exitCode == 73 && taken.standardError.contains("\(texts) is there already"))
      let empty = try workplace.start([
        "data", "prepare", texts + "/b.txt", "--tokenizer", "bytes", "--output", workplace.path + "/none",
      ]).wait()
      #expect(empty.exitCode == 65 && empty.standardError.contains("holds no text"))
      #expect(!workplace.folder.exists("none"))
    }
  }
}
