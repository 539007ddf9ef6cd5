import Checkpoints
import Datasets
import Failures
import Glibc
import TestSupport
import Testing

@testable import Training

/// Every `model.kind`, on data that it takes.
@Suite struct ModelKindTests {
  private let experiment: Experiment

  init() throws {
    experiment = try Experiment()
    let pixels = seededValues(48 * 144, seed: 1, low: 0, high: 255).map { UInt8($0) }
    try experiment.folder.write(Self.idx([48, 12, 12], pixels), to: "images/train-images-idx3-ubyte")
    try experiment.folder.write(Self.idx([48], (0..<48).map { $0 % 3 }), to: "images/train-labels-idx1-ubyte")
    let text = (0..<40).map { "The \($0)th bird flies, and \(3 * $0) follow. " }.joined()
    try experiment.folder.write(text, to: "birds.txt")
  }

  /// The bytes of an IDX file of bytes.
  private static func idx(_ shape: [UInt8], _ elements: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, 0, $0] } + elements
  }

  private var images: String { "data={kind: idx, path: \(experiment.folder.path)/images, validation: 0.25}" }
  private var text: String {
    "data={kind: text, path: \(experiment.folder.path)/birds.txt, context: 12, validation: 0.1, test: 0.1}"
  }

  private func experiment(_ model: String) -> Experiment {
    experiment.with("model={kind: \(model)}", model.hasPrefix("gpt") ? text : images)
  }

  private static let models = [
    "mlp, hidden: [6]", "lenet5", "resnet, blocks: 1", "lstm, hidden: [9]",
    "gpt, layers: 2, heads: 2, width: 16, dropout: 0.1, vocabulary: 300",
  ]

  @Test(
    "on one rank or two, straight or interrupted: the same bits, running statistics included", arguments: models)
  func sameBits(model: String) throws {
    let experiment = experiment(model)
    let alone = try experiment.train("alone")[0]
    let together = try experiment.train("together", ranks: 2)[0]
    #expect(together.results == alone.results && together.model == alone.model)
    let bits = try experiment.bits("alone")
    #expect(try experiment.bits("together") == bits)
    #expect(try experiment.metrics("together") == experiment.metrics("alone"))

    _ = try experiment.outcomes("cut", ranks: 2, interruption: (rank: 1, step: 7))
    #expect(try experiment.checkpoints("cut").steps().last == 7)
    let resumed = try experiment.train("cut")[0]
    #expect(try experiment.bits("cut") == bits)
    #expect(resumed.results == alone.results)
    #expect(try experiment.metrics("cut") == experiment.metrics("alone"))
  }

  @Test("running statistics move away from where they began, and are saved")
  func statistics() throws {
    let experiment = experiment("resnet, blocks: 1")
    try experiment.train("a")
    let checkpoint = try #require(try experiment.checkpoints("a").newest(skipping: { _ in }))
    for (suffix, start) in [("running_mean", Float(0)), ("running_var", 1)] {
      let entries = checkpoint.manifest.parameters.filter { $0.name.hasSuffix(suffix) }
      #expect(entries.count == 7)
      for entry in entries {
        var values = [Float](repeating: .nan, count: entry.shape.reduce(1, *))
        try values.withUnsafeMutableBufferPointer {
          try checkpoint.copyParameter(named: entry.name, shape: entry.shape, into: $0)
        }
        #expect(values.allSatisfy { $0 != start && $0.isFinite }, "\(entry.name)")
      }
    }
  }

  @Test("a text's summary has its tokens and a perplexity, and no accuracy")
  func textSummary() throws {
    let summary = try experiment("gpt, layers: 1, heads: 2, width: 16").train("a", ranks: 2)[0]
    let training = summary.results.training
    #expect(training.tokens == 12 * training.samples && training.accuracy == nil)
    let perplexity = try #require(training.perplexity)
    #expect(perplexity > 2 && perplexity < 200, "less than 256, and not yet little")
    #expect(abs(training.loss - log(perplexity)) < 1e-9)
    #expect(summary.table.contains("samples      loss   perplexity\n"))
    #expect(summary.model.contains("context 12, vocabulary 256"))
  }

  @Test("a text that is repeated over and over is learnt")
  func learning() throws {
    try experiment.folder.write(String(repeating: "bird by bird ", count: 60), to: "birds.txt")
    let summary = try experiment("gpt, layers: 1, heads: 2, width: 32")
      .with("training.steps=60", "training.batch=16", "optimizer={kind: adam, learning_rate: 0.02}").train("a")[0]
    // Of the first letter of a window and of what follows a b only chances can be known.
    #expect(try #require(summary.results.test?.perplexity) < 1.6)
  }

  @Test(
    "data that the model does not take are refused, and what it takes is said",
    arguments: [
      (
        "lenet5", "data={kind: digits}",
        "digits: samples of 8 x 8, but model.kind 'lenet5' takes images of 12 x 12 at least"
      ),
      ("lenet5", "", "clouds.csv: samples of 5, but model.kind 'lenet5' takes images of 12 x 12 at least"),
      ("resnet", "", "clouds.csv: samples of 5, but model.kind 'resnet' takes images"),
      ("lstm, hidden: [4]", "", "clouds.csv: samples of 5, but model.kind 'lstm' takes images, read row by row"),
    ])
  func refused(model: String, data: String, message: String) throws {
    let changed = experiment.with(["model={kind: \(model)}", data].filter { !$0.isEmpty })
    let outcomes = try changed.outcomes("a", ranks: 2)
    let error = try #require(outcomes[0].error as? TrainingError)
    #expect(error.message.hasSuffix(message), "\(error.message)")
    #expect(error.exitStatus == .configuration && error.remedy != nil)
    #expect(!experiment.folder.exists("a"))
  }

  @Test("a vocabulary smaller than the text's is refused; a larger one pads the table")
  func vocabulary() throws {
    let small = try experiment("gpt, layers: 1, heads: 1, width: 8, vocabulary: 255").outcomes("a")[0].error
    #expect(
      (small as? TrainingError)?.message.hasSuffix("birds.txt: 256 different tokens, but model.vocabulary is 255")
        == true)
    let padded = experiment("gpt, layers: 1, heads: 1, width: 8, vocabulary: 320").with("training.steps=1")
    #expect(try padded.train("b")[0].model.contains("vocabulary 320"))
  }
}
