import Checkpoints
import Failures
import Files
import Inference
import ModelZoo
import TensorCore
import TestSupport
import Testing

@testable import Training

@Suite("The evaluation of trained models")
struct EvaluationRequestTests {
  private let experiment: Experiment
  private var path: String { experiment.folder.path }

  init() throws {
    experiment = try Experiment()
    try experiment.folder.write((0..<60).map { "line \($0 * 37 % 61) of a text\n" }.joined(), to: "text.txt")
    let lines = (0..<60).map { $0 % 3 == 0 ? "sea\tfish and ship \($0)" : "air\tbird and kite \($0)" }
    try experiment.folder.write(lines.joined(separator: "\n"), to: "texts.tsv")
  }

  private func evaluate(
    _ run: String, ranks: Int = 1, part: EvaluationRequest.Part? = nil, text: String? = nil, _ overrides: String...
  ) throws -> [EvaluationReport] {
    var request = EvaluationRequest(path: "\(path)/\(run)")
    (request.part, request.text, request.overrides) = (part, text, overrides)
    let asked = request
    return try InProcessGroup.run(ranks: ranks) { group in
      try asked.evaluate(on: Backend(threads: 1), in: group, files: QuickFileSystem()) { _ in }
    }
  }

  private func text(_ model: String, _ data: String = "tokenizer: bpe, vocabulary: 280") -> Experiment {
    experiment.with(
      "model={\(model), layers: 1, heads: 2, width: 16}",
      "data={kind: text, path: \(path)/text.txt, context: 16, validation: 0.2, test: 0.1, \(data)}")
  }

  @Test("a table's parts have the figures that the run's summary tells, on any number of ranks")
  func table() throws {
    let results = try experiment.train("run")[0].results
    for (part, expected) in [
      (EvaluationRequest.Part.training, results.training), (.validation, results.validation), (.test, results.test),
    ] {
      for report in try evaluate("run", ranks: 3, part: part) {
        #expect(report.result == expected && report.part == part.rawValue && report.step == 12)
      }
    }
    #expect(try evaluate("run")[0].part == "validation")
  }

  @Test("other samples of a table are scaled as those that were trained on")
  func scaling() throws {
    try experiment.train("run")
    let rows = try experiment.folder.text("clouds.csv").split(separator: "\n")
    try experiment.folder.write(rows.prefix(9).joined(separator: "\n"), to: "few.csv")
    try experiment.folder.write(rows.dropFirst(9).joined(separator: "\n"), to: "rest.csv")
    let few = try evaluate("run", part: .all, "data.path=\(path)/few.csv")[0].result
    let rest = try evaluate("run", part: .all, "data.path=\(path)/rest.csv")[0].result
    let all = try evaluate("run", part: .all)[0].result
    #expect(few.samples == 9 && rest.samples == 81 && all.samples == 90)
    // Scaled by themselves the few would be other values, with another loss.
    #expect(abs((9 * few.loss + 81 * rest.loss) / 90 - all.loss) < 1e-6 * all.loss)
  }

  @Test(
    "a text's parts have the summary's figures and the share of tokens that were guessed, on any number of ranks",
    arguments: ["kind: gpt", "kind: bert", "kind: t5"])
  func texts(model: String) throws {
    let results = try text(model).train("run")[0].results
    let reports = try [1, 2, 3].flatMap { try evaluate("run", ranks: $0) }
    for report in reports { #expect(report == reports[0]) }
    var result = reports[0].result
    let accuracy = try #require(result.accuracy)
    #expect(accuracy >= 0 && accuracy <= 1 && reports[0].perplexity == results.validation?.perplexity)
    result.accuracy = nil
    #expect(result == results.validation)
  }

  @Test("the likeliest token of a model that knows its text by heart is the right one")
  func tokenHits() throws {
    try experiment.folder.write(String(repeating: "abcd", count: 100), to: "text.txt")
    try text("kind: gpt", "tokenizer: characters").with("training.steps=40").train("run")
    #expect(try evaluate("run", part: .all)[0].result.accuracy == 1)
  }

  @Test("another text is cut by the run's own tokenizer; its figures are those of the whole")
  func otherText() throws {
    try text("kind: gpt").train("run")
    try experiment.folder.write("other words, with ó and 鳥, to be read for once", to: "other.txt")
    let (replaced, given) = (
      try evaluate("run", part: .all, "data.path=\(path)/other.txt")[0],
      try evaluate("run", text: "\(path)/other.txt")[0]
    )
    #expect(replaced.result == given.result && given.part == "all" && given.data == "\(path)/other.txt")
    #expect((given.result.bitsPerByte ?? 0) > 0)
    try experiment.folder.remove("run/config.yaml")
    #expect(try evaluate("run", part: .all, "data.path=\(path)/other.txt")[0].result == given.result)
  }

  @Test("classes are those that the model was trained on, also where a file lacks some")
  func classes() throws {
    let labelled = experiment.with(
      "model={kind: gpt, layers: 1, heads: 2, width: 16}",
      "data={kind: labelled_text, path: \(path)/texts.tsv, context: 24, validation: 0.2, test: 0.1}",
      "training.steps=60")
    let results = try labelled.train("run")[0].results
    let reports = try evaluate("run", ranks: 2, part: .test)
    #expect(reports.map(\.result) == [results.test, results.test])
    try experiment.folder.write("sea\tfish and ship 7\nsea\tfish and ship 8\n", to: "sea.tsv")
    #expect(try evaluate("run", part: .all, "data.path=\(path)/sea.tsv")[0].result.accuracy == 1)
    try experiment.folder.write("air\tfish and ship 7\nair\tfish and ship 8\n", to: "sea.tsv")
    #expect(try evaluate("run", part: .all, "data.path=\(path)/sea.tsv")[0].result.accuracy == 0)
  }

  @Test("what cannot be judged is refused, with what to do")
  func refused() throws {
    try text("kind: gpt").with("data.test=0", "training.steps=1").train("run")
    func error(_ body: () throws -> [EvaluationReport]) -> (any UserFacingError)? {
      do { _ = try body() } catch { return error as? any UserFacingError }
      return nil
    }
    let noTest = error { try evaluate("run", part: .test) }
    #expect(noTest?.message == "\(path)/text.txt: nothing is kept for the test part")
    let none = error { try evaluate("nowhere") }
    #expect(none?.exitStatus == .missingInput)
    let long = error { try evaluate("run", "data.context=17") }
    #expect(long?.message == "model.context is 16, but the data come in sequences of 17 tokens")
    let classes = error { try evaluate("run", "data={kind: labelled_text, path: \(path)/texts.tsv, context: 16}") }
    #expect(classes?.message == "\(path)/texts.tsv: 2 classes, but the model predicts tokens")
    try experiment.train("table")
    let table = error { try evaluate("table", text: "\(path)/text.txt") }
    #expect(table?.message.hasSuffix("holds no language model") == true)
    try experiment.folder.write("1,2,0\n3,4,1\n5,6,0\n7,8,1\n", to: "narrow.csv")
    let narrow = error { try evaluate("table", "data.path=\(path)/narrow.csv") }
    #expect(
      narrow?.message == "\(path)/narrow.csv: samples of 2 features, but the model was trained on 5")
  }

  @Test("the table has a column for each figure that there is, and JSON the same figures")
  func reportText() throws {
    var report = EvaluationReport(
      checkpoint: "runs/a/checkpoints/step-00000003", step: 3, model: "a model", data: "a.txt", part: "all",
      result: EvaluationResult(samples: 3, tokens: 40, loss: 2, accuracy: 0.25, bitsPerByte: 1.5), perplexity: 7.389)
    #expect(
      report.table == """
        runs/a/checkpoints/step-00000003, a model
        a.txt

        part  samples  tokens    loss  perplexity  bits per byte  accuracy
        all         3      40  2.0000        7.39         1.5000     25.0%
        """)
    report.result.tokens = nil
    (report.result.bitsPerByte, report.perplexity) = (nil, nil)
    #expect(report.table.hasSuffix("part  samples    loss  accuracy\nall         3  2.0000     25.0%"))
    try report.write(to: "\(path)/a.json", fileSystem: QuickFileSystem())
    let text = try experiment.folder.text("a.json")
    #expect(text.contains("\"loss\" : 2") && text.contains("\"accuracy\" : 0.25") && !text.contains("perplexity"))
  }
}
