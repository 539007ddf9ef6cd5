import Checkpoints
import Datasets
import Failures
import TestSupport
import Testing
import Tokenizers

@testable import Training

@Suite("Runs on texts with classes, and on instructions")
struct SequenceRunTests {
  private let experiment: Experiment

  init() throws {
    experiment = try Experiment()
    // What a text is about decides its class; how long it is does not.
    let lines = (0..<80).map { number in
      let padding = String(repeating: "na ", count: number * 7 % 5)
      return number % 3 == 0 ? "sea\t\(padding)fish and ship \(number)" : "air\t\(padding)bird and kite \(number)"
    }
    try experiment.folder.write(lines.joined(separator: "\n"), to: "texts.tsv")
    let records = (0..<30).map { number in
      #"{"instruction": "Count.", "input": "\#(number)", "output": "\#(number + 1) follows"}"#
    }
    try experiment.folder.write(records.joined(separator: "\n"), to: "tasks.jsonl")
  }

  private func classifying(_ model: String, _ data: String = "") -> Experiment {
    experiment.with(
      "model={\(model)}",
      "data={kind: labelled_text, path: \(experiment.folder.path)/texts.tsv, context: 24, validation: 0.2, test: 0.1\(data)}"
    )
  }

  @Test(
    "every model that can classify does, to the same bits on one rank or two, straight or interrupted",
    arguments: [
      "kind: gpt, layers: 1, heads: 2, width: 16", "kind: llama, layers: 1, heads: 2, width: 16",
      "kind: olmo2, layers: 1, heads: 2, width: 16", "kind: bert, layers: 1, heads: 2, width: 16",
      "kind: moe, layers: 1, heads: 2, width: 16, experts: 2",
    ])
  func classification(model: String) throws {
    let experiment = classifying(model)
    let alone = try experiment.train("alone")[0]
    #expect(alone.model.contains("2 classes"))
    #expect(alone.results.training.samples == 56 && alone.results.test?.samples == 8)
    #expect(alone.results.training.tokens == nil && alone.results.training.bitsPerByte == nil)
    let accuracy = try #require(alone.results.validation?.accuracy)
    #expect(accuracy * 16 == (accuracy * 16).rounded(), "a share of 16 samples")
    _ = try experiment.outcomes("cut", ranks: 2, interruption: (rank: 1, step: 7))
    let resumed = try experiment.train("cut")[0]
    #expect(try experiment.bits("cut") == experiment.bits("alone"))
    #expect(resumed.results == alone.results)
  }

  @Test("sea and air are told apart after some steps")
  func learns() throws {
    let results = try classifying("kind: gpt, layers: 1, heads: 2, width: 16").with("training.steps=60").train("a")[0]
      .results
    #expect(results.validation?.accuracy == 1 && results.test?.accuracy == 1)
    #expect(results.training.loss < 0.2)
  }

  @Test("a model trained on a text goes on as a classifier of texts, its tokenizer along")
  func pretrained() throws {
    let text = (0..<60).map { "The \($0)th bird flies like a kite.\n" }.joined()
    try experiment.folder.write(text, to: "birds.txt")
    try experiment.with(
      "model={kind: gpt, layers: 1, heads: 2, width: 16, context: 24}",
      "data={kind: text, path: \(experiment.folder.path)/birds.txt, context: 12, tokenizer: bpe, vocabulary: 300}"
    ).train("base")
    let tuning = classifying(
      "kind: pretrained, path: \(experiment.folder.path)/base, frozen: [\"*\"]",
      ", tokenizer: file, tokenizer_path: auto")
    try tuning.train("tuned")
    #expect(
      try TokenizerFile.read(path: "\(experiment.folder.path)/tuned/tokenizer").vocabularySize == 300)
    let checkpoint = try #require(try tuning.checkpoints("tuned").newest(skipping: { _ in }))
    #expect(checkpoint.manifest.parameters.contains { $0.name == "classifier.weight" && $0.shape == [16, 2] })
  }

  @Test("the loss of instructions is that of answers alone, to the same bits on one rank or two")
  func instructions() throws {
    let experiment = experiment.with(
      "model={kind: gpt, layers: 1, heads: 2, width: 16}",
      "data={kind: instructions, path: \(experiment.folder.path)/tasks.jsonl, context: 200, tokenizer: bpe, "
        + "vocabulary: 320, validation: 0.2, test: 0}")
    let alone = try experiment.outcomes("alone")[0]
    let results = try alone.result.get().results
    let tokenizer = try TokenizerFile.read(path: "\(experiment.folder.path)/alone/tokenizer")
    let answers = (0..<30).map { tokenizer.encode(Array("\($0 + 1) follows".utf8)).count + 1 }
    #expect((results.training.tokens ?? 0) + (results.validation?.tokens ?? 0) == answers.reduce(0, +))
    #expect(results.training.samples == 24 && results.training.accuracy == nil)
    #expect((results.training.bitsPerByte ?? 0) > 0)
    #expect(alone.notes.isEmpty)
    _ = try experiment.outcomes("cut", ranks: 2, interruption: (rank: 1, step: 7))
    _ = try experiment.train("cut")
    #expect(try experiment.bits("cut") == experiment.bits("alone"))
  }

  @Test("what does not fit into the context is told once, however many steps there are")
  func notes() throws {
    // The prompt of the inputs 10 to 29 and three bytes of the answer; of 0 to 9 one more.
    let context = Instruction(instruction: "Count.", input: "10", output: "").prompt.utf8.count + 2
    let notes = try experiment.with(
      "model={kind: gpt, layers: 1, heads: 2, width: 16}",
      "data={kind: instructions, path: \(experiment.folder.path)/tasks.jsonl, context: \(context), test: 0}"
    ).outcomes("short")[0].notes
    let path = experiment.folder.path
    #expect(notes == ["\(path)/tasks.jsonl: 30 of 30 answers do not fit into data.context \(context), and are cut"])
  }

  @Test("a T5 has no head for classes, a BERT writes no answers: told before anything is trained, pretrained or not")
  func refused() throws {
    for (model, data) in [("t5", "labelled_text"), ("bert", "instructions"), ("t5", "instructions")] {
      let error = #expect(throws: ConfigurationError.self) {
        try RunConfiguration.parse(
          "model: {kind: \(model), layers: 1, heads: 2, width: 8}\ndata: {kind: \(data), path: a}", name: "a.yaml",
          directory: "/", workingDirectory: "/")
      }
      #expect(error?.message == "a.yaml:2: model.kind '\(model)' does not fit data.kind '\(data)'")
    }
    let path = experiment.folder.path
    try experiment.folder.write(String(repeating: "The bird flies. ", count: 40), to: "birds.txt")
    for kind in ["t5", "bert"] {
      try experiment.with(
        "model={kind: \(kind), layers: 1, heads: 2, width: 16, vocabulary: 300}",
        "data={kind: text, path: \(path)/birds.txt, context: 24, validation: 0, test: 0}", "training.steps=1"
      ).train(kind)
    }
    let classes = try classifying("kind: pretrained, path: \(path)/t5").outcomes("x")[0].error as? TrainingError
    #expect(classes == .cannotClassify(origin: "\(path)/texts.tsv"))
    let answers =
      try experiment.with(
        "model={kind: pretrained, path: \(path)/bert}", "data={kind: instructions, path: \(path)/tasks.jsonl}"
      ).outcomes("x")[0].error as? TrainingError
    #expect(answers == .cannotAnswer(origin: "\(path)/tasks.jsonl"))
  }
}
