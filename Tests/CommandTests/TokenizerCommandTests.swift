import TestSupport
import Testing

extension CommandTests {
  @Suite struct TokenizerCommandTests {
    private let workplace: Workplace
    private let text = "The birds fly, the birds rest.\n\tThen the birds fly — com ação — 🐦🐦.\r\n"

    init() throws {
      workplace = try Workplace()
      try workplace.folder.write(String(repeating: text, count: 20), to: "corpus.txt")
    }

    @Test(
      "a vocabulary is learned, saved and told of; encoding and decoding give back the text",
      arguments: ["bpe", "characters"])
    func wholeWay(kind: String) throws {
      let size = kind == "bpe" ? ["--vocabulary", "280"] : []
      let trained = try workplace.start(
        ["tokenizer", "train", path("corpus.txt"), "--kind", kind, "--output", path("tokens")] + size
      ).wait()
      #expect(trained.exitCode == 0, "\(trained.standardError)")
      let lines = trained.standardOutput.split(separator: "\n").map { $0.split(separator: " ") }
      #expect(
        lines.map { $0.dropLast().joined(separator: " ") } == [
          "tokens", "bytes of text", "tokens of text", "bytes per token", "seconds",
        ])
      #expect(lines[0].last == (kind == "bpe" ? "280" : "\(Set(text.unicodeScalars).count)"))
      #expect(lines[1].last == "\(text.utf8.count * 20)")
      #expect(trained.standardError.contains("280 of 280 tokens\n") == (kind == "bpe"))

      try workplace.folder.write(text, to: "text.txt")
      let encoded = try tokenizer("encode", input: "text.txt", output: "ids.txt")
      #expect(encoded.exitCode == 0, "\(encoded.standardError)")
      let ids = try workplace.folder.text("ids.txt")
      #expect(ids.hasSuffix("\n"))
      #expect(ids.dropLast().split(separator: " ").allSatisfy { Int($0) != nil })
      let decoded = try tokenizer("decode", input: "ids.txt", output: "again.txt")
      #expect(decoded.exitCode == 0, "\(decoded.standardError)")
      #expect(try workplace.folder.text("again.txt") == text)
    }

    @Test("characters that a vocabulary lacks are told of")
    func unknownCharacters() throws {
      _ = try workplace.revoada(
        "tokenizer", "train", path("corpus.txt"), "--kind", "characters", "--output", path("tokens"))
      try workplace.folder.write("birdz", to: "text.txt")
      let encoded = try tokenizer("encode", input: "text.txt", output: "ids.txt")
      #expect(encoded.exitCode == 0)
      #expect(encoded.standardError.contains("\"z\""))
      #expect(try workplace.folder.text("ids.txt").split(separator: " ").count == 4)
    }

    @Test("special tokens go around a text where they are asked for")
    func specialTokens() throws {
      let bert =
        #"{"model":{"type":"WordPiece","vocab":{"[UNK]":0,"a":1,"[CLS]":2,"[SEP]":3}},"#
        + #""pre_tokenizer":{"type":"BertPreTokenizer"},"#
        + #""post_processor":{"type":"BertProcessing","cls":["[CLS]",2],"sep":["[SEP]",3]}}"#
      try workplace.folder.write(bert, to: "tokens/tokenizer.json")
      try workplace.folder.write("a b", to: "text.txt")
      _ = try tokenizer("encode", input: "text.txt", output: "ids.txt")
      #expect(try workplace.folder.text("ids.txt") == "1 0\n")
      _ = try tokenizer("encode", "--special-tokens", input: "text.txt", output: "ids.txt")
      #expect(try workplace.folder.text("ids.txt") == "2 1 0 3\n")
    }

    @Test("what is missing, empty or wrong is told with its status, and nothing is written")
    func refused() throws {
      try workplace.folder.write("", to: "empty.txt")
      for (text, status) in [("nowhere.txt", Int32(66)), ("empty.txt", 65)] {
        let output = try workplace.revoada("tokenizer", "train", path(text), "--output", path("tokens"))
        #expect(output.exitCode == status)
        #expect(output.standardError.hasPrefix("revoada: error: \(path(text)): "))
      }
      #expect(!workplace.folder.exists("tokens"))
      #expect(try tokenizer("encode", input: "corpus.txt", output: "ids.txt").exitCode == 66)
      _ = try workplace.revoada("tokenizer", "train", path("corpus.txt"), "--output", path("tokens"))
      try workplace.folder.write("1 2 99999", to: "ids.txt")
      let outside = try tokenizer("decode", input: "ids.txt", output: "text.txt")
      #expect(outside.exitCode == 65)
      #expect(
        outside.standardError.hasPrefix("revoada: error: stdin: byte 4: the token 99999 is outside the vocabulary"))
    }

    @Test(
      "mistakes on the command line end with status 64",
      arguments: [
        ["train", "a.txt"], ["train", "--output", "b"], ["train", "a.txt", "--output", "b", "--vocabulary", "256"],
        ["train", "a.txt", "--output", "b", "--kind", "characters", "--vocabulary", "300"],
        ["train", "a.txt", "--output", "b", "--kind", "words"], ["encode"], ["decode", "--tokenizer"],
      ])
    func mistakes(arguments: [String]) throws {
      let output = try workplace.start(["tokenizer"] + arguments).wait()
      #expect(output.exitCode == 64)
      #expect(output.standardOutput == "")
    }

    private func path(_ name: String) -> String { "\(workplace.path)/\(name)" }

    /// Runs a subcommand with the tokenizer in `tokens` from file to file.
    private func tokenizer(
      _ arguments: String..., input: String, output: String
    ) throws -> RunningProcess.Output {
      let script = "input=$1 output=$2; shift 2; exec \"$@\" < \"$input\" > \"$output\""
      let program = [builtExecutable("revoada"), "tokenizer"] + arguments + ["--tokenizer", path("tokens")]
      return try RunningProcess("/bin/sh", ["-c", script, "sh", path(input), path(output)] + program).wait()
    }
  }
}
