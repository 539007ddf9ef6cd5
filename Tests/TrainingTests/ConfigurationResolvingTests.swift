import Testing

@testable import Training

@Suite struct ConfigurationResolvingTests {
  private func parse(_ yaml: String, overrides: [String] = []) throws -> RunConfiguration {
    try RunConfiguration.parse(
      yaml, name: "a.yaml", directory: "/here", overrides: overrides, workingDirectory: "/there")
  }

  private let digits = "model: {kind: mlp, hidden: [4]}\ndata: {kind: digits}\n"
  private let csv = "model: {kind: mlp, hidden: []}\ndata: {kind: csv, path: a.csv}\n"

  @Test("the resolved configuration has every key that applies, in one order, with its value")
  func resolved() throws {
    #expect(
      try parse(digits).resolvedYAML == """
        model:
          kind: mlp
          hidden: [4]
          activation: relu
          dropout: 0.0
        data:
          kind: digits
          validation: 0.1
          test: 0.2
          scaling: min_max
        training:
          seed: 1
          epochs: 10
          steps: none
          batch: 64
          lanes: auto
          loss: cross_entropy
          clip_norm: none
          on_nonfinite: stop
          log_every: 20
          evaluate_every: epoch
          early_stopping: none
        optimizer:
          kind: adam
          learning_rate: 0.001
          beta1: 0.9
          beta2: 0.999
          epsilon: 1e-08
          weight_decay: 0.0
          decayed: matrices
          sharded: auto
          schedule:
            kind: constant
            warmup: 0
        collective:
          algorithm: canonical
          precision: float32
          overlap: auto
          bucket: auto
          ranks_per_node: auto
        checkpoint:
          every: 200
          every_seconds: 0.0
          keep: 3
          keep_every: 0
          path: auto

        """)
  }

  @Test(
    "the resolved configuration reads back equal, whatever the values",
    arguments: [
      ["optimizer.kind=sgd", "optimizer.momentum=0.1", "optimizer.learning_rate=3.3333333333333335e-05"],
      ["optimizer.kind=rmsprop", "optimizer.schedule={kind: cosine, warmup: 3, minimum: 1e-7}"],
      ["optimizer.kind=adamw", "optimizer.weight_decay=0.01", "optimizer.schedule={kind: step, every: 9}"],
      ["training.early_stopping={patience: 2}", "training.steps=0", "training.lanes=8", "training.clip_norm=1"],
      ["optimizer.sharded=true", "collective={algorithm: mpi, precision: bf16, overlap: false, bucket: 64KiB}"],
      ["checkpoint={every_seconds: 0.5, keep_every: 1000, path: ../elsewhere}"],
      ["collective.bucket=4097", "collective.ranks_per_node=2"],
      ["training.evaluate_every=3", "training.seed=18446744073709551615", "model.hidden=[]"],
    ])
  func readsBack(overrides: [String]) throws {
    let configuration = try parse(digits, overrides: overrides)
    let again = try parse(configuration.resolvedYAML)
    #expect(again == configuration)
    #expect(again.resolvedYAML == configuration.resolvedYAML)
  }

  @Test(
    "paths and names with characters that YAML reserves read back equal",
    arguments: [
      "a b", "a: b", "#x", "it's", "say \"x\"", "back\\slash", "tab\tnew\nline", "última coluna", "- x", "[a]", "none",
      "12", "1e3", "true", "~", "!x", "&x", "*x", "%x", "@x", "trailing ", "\u{85}\u{2028}\u{feff}", "鳥🕊",
    ])
  func quoting(name: String) throws {
    var configuration = try parse(csv)
    configuration.data.path = ResolvedPath("/folder/" + name)
    configuration.data.label = .name(name)
    #expect(try parse(configuration.resolvedYAML) == configuration)
  }

  @Test("configurations that differ only in reports, checkpoints and length have the same fingerprint")
  func sameResults() throws {
    let one = try parse(digits)
    let other = try parse(
      digits,
      overrides: [
        "training.log_every=1", "training.evaluate_every=9", "training.early_stopping={}", "training.epochs=99",
        "training.steps=7", "checkpoint={every: 1, every_seconds: 7, keep: 9, keep_every: 4, path: elsewhere}",
      ])
    #expect(one.fingerprint == other.fingerprint)
    #expect(one.differences(from: other).isEmpty)
  }

  @Test("under the cosine schedule the length counts, but not epochs where steps are given")
  func cosineLength() throws {
    func cosine(_ overrides: String...) throws -> RunConfiguration {
      try parse(digits, overrides: ["optimizer.schedule.kind=cosine"] + overrides)
    }
    #expect(
      try cosine("training.epochs=3").differences(from: cosine())
        == [.init(key: "training.epochs", ours: "3", theirs: "10")])
    let steps = try cosine("training.steps=5")
    #expect(try steps.differences(from: cosine("training.steps=5", "training.epochs=3")).isEmpty)
    #expect(try steps.differences(from: cosine("training.steps=6")).map(\.key) == ["training.steps"])
  }

  @Test("differences name each key with both values, and keys that only one of the two has")
  func differences() throws {
    let ours = try parse(digits, overrides: ["training.batch=32", "training.lanes=2"])
    let theirs = try parse(digits, overrides: ["optimizer.kind=sgd"])
    #expect(
      ours.differences(from: theirs) == [
        .init(key: "training.batch", ours: "32", theirs: "64"),
        .init(key: "training.lanes", ours: "2", theirs: "auto"),
        .init(key: "optimizer.kind", ours: "adam", theirs: "sgd"),
        .init(key: "optimizer.beta1", ours: "0.9", theirs: nil),
        .init(key: "optimizer.beta2", ours: "0.999", theirs: nil),
        .init(key: "optimizer.epsilon", ours: "1e-08", theirs: nil),
        .init(key: "optimizer.momentum", ours: nil, theirs: "0.0"),
      ])
    #expect(ours.fingerprint != theirs.fingerprint)
  }
}
