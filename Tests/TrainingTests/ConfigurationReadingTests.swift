import Failures
import Testing

@testable import Training

@Suite struct ConfigurationReadingTests {
  private func parse(_ yaml: String, overrides: [String] = []) throws -> RunConfiguration {
    try RunConfiguration.parse(
      yaml, name: "a.yaml", directory: "/here", overrides: overrides, workingDirectory: "/there")
  }

  private let good = "model: {kind: mlp, hidden: [4]}\ndata: {kind: digits}\n"

  @Test("what a file leaves out has its default")
  func defaults() throws {
    let configuration = try parse(good)
    #expect(configuration.model.activation == .relu)
    #expect(configuration.training.batch == 64)
    #expect(configuration.training.lanes == nil)
    #expect(configuration.training.earlyStopping == nil)
    #expect(configuration.optimizer.kind == .adam)
    #expect(configuration.checkpoint.keep == 3)
  }

  @Test("every key of a full file arrives")
  func everything() throws {
    let configuration = try parse(
      """
      model:
        kind: mlp
        hidden: [128, 64]
        activation: leaky_relu
        dropout: 0.25
      data:
        kind: csv
        path: tables/a b.csv
        label: "3"
        header: false
        task: regression
        validation: 0.2
        test: 0
        scaling: z_score
      training:
        seed: 18446744073709551615
        epochs: 7
        steps: 100
        batch: 12
        lanes: 3
        loss: mae
        clip_norm: 1e-2
        log_every: 5
        evaluate_every: 50
        early_stopping: { patience: 2, minimum_delta: 0.5 }
      optimizer:
        kind: sgd
        learning_rate: 0.5
        momentum: 0.9
        weight_decay: 1e-4
        schedule: { kind: step, warmup: 10, every: 30, factor: 0.5 }
      checkpoint:
        every: 0
        keep: 1
      """)
    var expected = RunConfiguration()
    expected.model.hidden = [128, 64]
    expected.model.activation = .leakyReLU
    expected.model.dropout = 0.25
    expected.data.kind = .csv
    expected.data.path = ResolvedPath("/here/tables/a b.csv")
    expected.data.label = .name("3")
    expected.data.header = .absent
    expected.data.task = .regression
    expected.data.validation = 0.2
    expected.data.test = 0
    expected.data.scaling = .zScore
    expected.training.seed = .max
    expected.training.epochs = 7
    expected.training.steps = 100
    expected.training.batch = 12
    expected.training.lanes = 3
    expected.training.loss = .meanAbsoluteError
    expected.training.clipNorm = 0.01
    expected.training.logEvery = 5
    expected.training.evaluateEvery = 50
    var stopping = EarlyStoppingConfiguration()
    stopping.patience = 2
    stopping.minimumDelta = 0.5
    expected.training.earlyStopping = stopping
    expected.optimizer.kind = .sgd
    expected.optimizer.learningRate = 0.5
    expected.optimizer.momentum = 0.9
    expected.optimizer.weightDecay = 1e-4
    expected.optimizer.schedule.kind = .step
    expected.optimizer.schedule.warmup = 10
    expected.optimizer.schedule.every = 30
    expected.optimizer.schedule.factor = 0.5
    expected.checkpoint.every = 0
    expected.checkpoint.keep = 1
    #expect(configuration == expected)
  }

  @Test("a section whose keys are all commented out is a section of defaults")
  func commentedOut() throws {
    #expect(try parse(good + "training:\n  # seed: 2\n") == parse(good))
  }

  @Test(
    "the loss follows the task",
    arguments: [
      ("classification", TrainingConfiguration.Loss.crossEntropy), ("binary", .binaryCrossEntropy),
      ("regression", .meanSquaredError),
    ])
  func loss(task: String, loss: TrainingConfiguration.Loss) throws {
    let configuration = try parse(
      "model: {kind: mlp, hidden: []}\ndata: {kind: csv, path: a.csv, task: \(task)}\n")
    #expect(configuration.loss == loss)
  }

  @Test(
    "a column is a name, a number from 1, or the last",
    arguments: [
      ("species", Column.name("species")), ("2", .number(2)), ("\"2\"", .name("2")), ("last", .last),
      ("\"last\"", .name("last")),
    ])
  func column(text: String, column: Column) throws {
    let data = "data: {kind: csv, path: a.csv, label: \(text)}\n"
    let configuration = try parse("model: {kind: mlp, hidden: []}\n" + data)
    #expect(configuration.data.label == column)
    #expect(try parse(configuration.resolvedYAML).data.label == column)
  }

  @Test("paths are relative to the file they are written in, and in an override to the working directory")
  func paths() throws {
    let csv = "model: {kind: mlp, hidden: []}\ndata: {kind: csv, path: ../a.csv}\n"
    #expect(try parse(csv).data.path.string == "/here/../a.csv")
    #expect(try parse(csv, overrides: ["data.path=b.csv"]).data.path.string == "/there/b.csv")
    #expect(try parse(csv, overrides: ["data.path=/b.csv"]).data.path.string == "/b.csv")
  }

  @Test("overrides replace, add, reach into sections that were absent, and the last one wins")
  func overrides() throws {
    let configuration = try parse(
      good + "training: {seed: 3, early_stopping: none}\n",
      overrides: [
        "training.seed=4", "training.seed=5", "model.hidden=[8, 9]", "optimizer.schedule.kind=cosine",
        "training.early_stopping.patience=2", "checkpoint={every: 7}",
      ])
    #expect(configuration.training.seed == 5)
    #expect(configuration.model.hidden == [8, 9])
    #expect(configuration.optimizer.schedule.kind == .cosine)
    #expect(configuration.training.earlyStopping?.patience == 2)
    #expect(configuration.checkpoint.every == 7)
  }

  @Test("the lanes of the first launch must divide the batch")
  func lanes() throws {
    let configuration = try parse(good)
    #expect(try configuration.with(lanes: 4).training.lanes == 4)
    let error = #expect(throws: ConfigurationError.self) { try configuration.with(lanes: 3) }
    #expect(error?.message == "training.batch 64 cannot be split into 3 equal lanes")
    #expect(error?.remedy == "Choose a batch that is a multiple of 3: 63 or 66.")
  }
}
