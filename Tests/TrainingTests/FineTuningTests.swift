import Checkpoints
import Failures
import Testing

@testable import Training

@Suite("Training that goes on from a model trained before")
struct FineTuningTests {
  private let base: Experiment

  /// A GPT-2 of two blocks after four steps on a text, in the folder `base`.
  init() throws {
    let experiment = try Experiment()
    let text = (0..<60).map { "line \($0 * 37 % 61) of a text\n" }.joined()
    try experiment.folder.write(text, to: "text.txt")
    base = experiment.with(
      "data={kind: text, path: \(experiment.folder.path)/text.txt, context: 16, validation: 0.1, test: 0}",
      "training={steps: 4, batch: 4, lanes: 2}")
    try base.with("model={kind: gpt, layers: 2, heads: 2, width: 16}").train("base")
  }

  private func tuning(_ details: String, _ overrides: String...) -> Experiment {
    base.with(["model={kind: pretrained, path: \(base.folder.path)/base\(details)}"] + overrides)
  }

  private func parameters(_ run: String) throws -> [String: [Float]] {
    let checkpoint = try #require(try base.checkpoints(run).newest(skipping: { _ in }))
    var values: [String: [Float]] = [:]
    for parameter in checkpoint.manifest.parameters {
      var memory = [Float](repeating: 0, count: parameter.shape.reduce(1, *))
      try memory.withUnsafeMutableBufferPointer {
        try checkpoint.copyParameter(named: parameter.name, shape: parameter.shape, into: $0)
      }
      values[parameter.name] = memory
    }
    return values
  }

  @Test("begins with the parameters it ended with")
  func beginning() throws {
    try tuning("", "training.steps=0").train("tuned")
    #expect(try parameters("tuned") == parameters("base"))
  }

  @Test("leaves frozen parameters as they are, and trains the others")
  func freezing() throws {
    try tuning(", frozen: [tokens.*, blocks.*, \"!blocks.1.*\"]").train("tuned")
    let (before, after) = (try parameters("base"), try parameters("tuned"))
    for (name, values) in before {
      let isFrozen = name.hasPrefix("tokens.") || name.hasPrefix("blocks.0.")
      #expect((after[name] == values) == isFrozen, "\(name)")
    }
  }

  @Test("trains adapters alone where there are some, to the same bits on any number of ranks")
  func adapters() throws {
    let experiment = tuning(", adapters: {rank: 2, alpha: 4, layers: [\"*.attention.projection\", \"*.up\"]}")
    try experiment.train("tuned")
    let (before, after) = (try parameters("base"), try parameters("tuned"))
    for (name, values) in before { #expect(after[name] == values, "\(name)") }
    let added = after.filter { before[$0.key] == nil }
    #expect(
      added.keys.sorted()
        == [0, 1].flatMap { block in
          ["attention.projection.adapter.down", "attention.projection.adapter.up", "up.adapter.down", "up.adapter.up"]
            .map { "blocks.\(block).\($0)" }
        })
    for (name, values) in added where name.hasSuffix(".adapter.up") { #expect(values.contains { $0 != 0 }, "\(name)") }
    try experiment.train("two", ranks: 2)
    #expect(try base.bits("two") == base.bits("tuned"))
  }

  @Test("can stop and go on")
  func resuming() throws {
    let details = ", adapters: {rank: 2}"
    try tuning(details).train("whole")
    try tuning(details, "training.steps=2").train("parts")
    try tuning(details).train("parts")
    #expect(try base.bits("parts") == base.bits("whole"))
  }

  @Test("refuses data that the model has no room for")
  func refusals() throws {
    let long = tuning("").with("data.context=17")
    let error = try long.outcomes("tuned")[0].error as? any UserFacingError
    #expect(error?.message == "model.context is 16, but the data come in sequences of 17 tokens")
    let missing = try base.with("model={kind: pretrained, path: \(base.folder.path)/nowhere}").outcomes("tuned")[0]
      .error
    #expect((missing as? any UserFacingError)?.exitStatus == .missingInput)
  }
}
