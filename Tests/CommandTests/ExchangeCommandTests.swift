import Files
import ModelExchange
import ModelZoo
import TensorCore
import TestSupport
import Testing
import Tokenizers

extension CommandTests {
  @Suite struct ExchangeCommandTests {
    private let workplace: Workplace

    /// Begins with an exported model in `model`.
    init() throws {
      workplace = try Workplace()
      let configuration = HuggingFaceConfiguration(
        .llama(Llama(vocabulary: 11, context: 7, layers: 2, heads: 4, keyValueHeads: 2, width: 8, hidden: 10)),
        specialTokens: SpecialTokens(["bos_token_id": .integer(1)]))
      let export = ModelExport(configuration)
      try export.write(to: workplace.path + "/model") { index in
        let shape = export.layout.entries[index].shape
        return Tensor(seededValues(shape.count, seed: UInt64(index)), shape, on: Backend())
      }
      try TokenizerFile.write(ByteTokenizer(), to: workplace.path + "/model")
    }

    private func checkpoint(_ arguments: String...) throws -> RunningProcess.Output {
      try workplace.start(["checkpoint"] + arguments).wait()
    }

    @Test("an imported model is a checkpoint of step 0, and comes out of an export as it went in, tokenizer and all")
    func roundTrip() throws {
      let imported = try checkpoint("import", "\(workplace.path)/model", "--output", "\(workplace.path)/run")
      #expect(imported.exitCode == 0, "\(imported.standardError)")
      #expect(imported.standardOutput.hasPrefix("\(workplace.path)/run: Llama of 2 x 8, 4 heads over 2"))
      #expect(
        try workplace.folder.contents("run").filter { !$0.hasSuffix(".safetensors") } == [
          "checkpoints", "checkpoints/step-00000000", "checkpoints/step-00000000/MANIFEST.json", "tokenizer",
          "tokenizer/tokenizer.json",
        ])
      #expect(try checkpoint("verify", "\(workplace.path)/run").exitCode == 0)
      let exported = try checkpoint(
        "export", "\(workplace.path)/run", "--format", "huggingface", "--output", "\(workplace.path)/again")
      #expect(exported.exitCode == 0, "\(exported.standardError)")
      for file in try workplace.folder.contents("model") {
        #expect(try workplace.folder.bytes("again/\(file)") == workplace.folder.bytes("model/\(file)"), "\(file)")
      }
    }

    @Test("an export can be cut into shards, which import reads again")
    func shards() throws {
      _ = try checkpoint("import", "\(workplace.path)/model", "--output", "\(workplace.path)/run")
      let exported = try checkpoint(
        "export", "\(workplace.path)/run", "--output", "\(workplace.path)/again", "--shard-size", "2KB")
      #expect(exported.exitCode == 0, "\(exported.standardError)")
      #expect(workplace.folder.exists("again/model.safetensors.index.json"))
      let imported = try checkpoint("import", "\(workplace.path)/again", "--output", "\(workplace.path)/run2")
      #expect(imported.exitCode == 0, "\(imported.standardError)")
      #expect(try workplace.digest("run2") == workplace.digest("run"))
    }

    @Test("a folder that is taken, a model of another kind, and weights of another are told apart by status and words")
    func refused() throws {
      let taken = try checkpoint("import", "\(workplace.path)/model", "--output", "\(workplace.path)/model")
      #expect(taken.exitCode == 73)
      #expect(taken.standardError.contains("\(workplace.path)/model is there already"))
      try workplace.train("clouds")
      let other = try checkpoint("export", "\(workplace.path)/clouds", "--output", "\(workplace.path)/x")
      #expect(other.exitCode == 65)
      #expect(other.standardError.contains("holds no language model"))
      let config = try workplace.folder.text("model/config.json")
      try workplace.folder.write(
        config.replacing(#""hidden_size": 8"#, with: #""hidden_size": 16"#), to: "model/config.json")
      let mixed = try checkpoint("import", "\(workplace.path)/model", "--output", "\(workplace.path)/x")
      #expect(mixed.exitCode == 65)
      #expect(mixed.standardError.contains("shape [11, 8] instead of [11, 16]: model.embed_tokens.weight"))
      #expect(mixed.standardError.contains("shape [8] instead of [16]: model.norm.weight"))
      #expect(!workplace.folder.exists("x") && !workplace.folder.exists("x.partial"))
    }
  }
}
