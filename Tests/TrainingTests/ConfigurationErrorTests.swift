import Failures
import Testing

@testable import Training

/// Every way in which a configuration can be wrong, with the place, the key and the remedy that the user is told.
@Suite struct ConfigurationErrorTests {
  static let good = "model: {kind: mlp, hidden: [4]}\ndata: {kind: digits}\n"

  private func failure(_ yaml: String, overrides: [String] = []) -> ConfigurationError? {
    #expect(throws: ConfigurationError.self) {
      try RunConfiguration.parse(
        yaml, name: "a.yaml", directory: "/here", overrides: overrides, workingDirectory: "/there")
    }
  }

  @Test(
    "a wrong key or value is named with its line, what was found and what is permitted",
    arguments: [
      ("training:\n  lanez: 4", "a.yaml:4: unknown key 'lanez' in training", "did you mean 'lanes'?"),
      ("optimiser: {}", "a.yaml:3: unknown key 'optimiser'", "did you mean 'optimizer'?"),
      (
        "checkpoint:\n  qwertyuiop: 1", "a.yaml:4: unknown key 'qwertyuiop' in checkpoint",
        "Known here: every, every_seconds, keep, keep_every, path."
      ),
      (
        "training: {early_stopping: {patients: 5}}", "a.yaml:3: unknown key 'patients' in training.early_stopping",
        "did you mean 'patience'?"
      ),
      (
        "training:\n  epochs: many", "a.yaml:4: training.epochs is 'many', but must be a whole number, at least 1", nil
      ),
      ("training: {epochs: 0}", "a.yaml:3: training.epochs is '0', but must be a whole number, at least 1", nil),
      ("training: {epochs: 2.5}", "a.yaml:3: training.epochs is '2.5', but must be a whole number, at least 1", nil),
      (
        "training: {epochs: 99999999999999999999}",
        "a.yaml:3: training.epochs is '99999999999999999999', but must be a whole number, at least 1", nil
      ),
      (
        "training: {batch: \"64\"}",
        "a.yaml:3: training.batch is the text \"64\", but must be a whole number, from 1 to 16777216", nil
      ),
      (
        "training: {lanes: four}",
        "a.yaml:3: training.lanes is 'four', but must be a whole number, from 1 to 65536, or auto", nil
      ),
      ("training: {seed: -1}", "a.yaml:3: training.seed is '-1', but must be a whole number", nil),
      ("training: {seed: }", "a.yaml:3: training.seed is empty, but must be a whole number", nil),
      ("training: {seed: [1, 2]}", "a.yaml:3: training.seed is a list of 2, but must be a whole number", nil),
      ("training: {clip_norm: 0}", "a.yaml:3: training.clip_norm is '0', but must be a number, above 0.0", nil),
      ("optimizer: {learning_rate: nan}", "a.yaml:3: optimizer.learning_rate is 'nan', but must be a number", nil),
      ("optimizer: {learning_rate: inf}", "a.yaml:3: optimizer.learning_rate is 'inf', but must be a number", nil),
      ("optimizer: {learning_rate: 0x1}", "a.yaml:3: optimizer.learning_rate is '0x1', but must be a number", nil),
      ("optimizer: {learning_rate: 1e999}", "a.yaml:3: optimizer.learning_rate is '1e999', but must be", nil),
      ("optimizer: {beta1: 1}", "a.yaml:3: optimizer.beta1 is '1', but must be a number, at least 0.0 and below", nil),
      (
        "optimizer: {kind: adma}", "a.yaml:3: optimizer.kind is 'adma', but must be one of sgd, rmsprop, adam, adamw",
        "did you mean 'adam'?"
      ),
      (
        "optimizer: {kind: adam, momentum: 0.9}", "a.yaml:3: 'momentum' does not fit optimizer.kind 'adam'",
        "Remove it; it goes with kind: sgd."
      ),
      (
        "optimizer: {schedule: {kind: constant, minimum: 0.1}}",
        "a.yaml:3: 'minimum' does not fit optimizer.schedule.kind 'constant'", "Remove it; it goes with kind: cosine."
      ),
      (
        "optimizer: {schedule: {kind: step}}", "a.yaml:3: the key 'every' is missing in optimizer.schedule",
        "It must be a whole number, at least 1."
      ),
      ("training: 5", "a.yaml:3: training is '5', but must be a mapping", "Write lines of the form 'key: value'."),
      ("training: {early_stopping: 5}", "a.yaml:3: training.early_stopping is '5', but must be a mapping", nil),
    ] as [(String, String, String?)])
  func wrongValue(addition: String, message: String, remedy: String?) throws {
    let error = try #require(failure(Self.good + addition))
    #expect(error.message.hasPrefix(message), "\(error.message)")
    if let remedy { #expect(error.remedy == remedy) }
    #expect(error.exitStatus == .configuration)
  }

  @Test(
    "values that contradict each other are refused at the line of one of them",
    arguments: [
      ("training: {batch: 64,\n  lanes: 6}", "a.yaml:4: training.batch 64 cannot be split into 6 equal lanes"),
      ("training: {lanes: 65}", "a.yaml:3: training.batch 64 cannot be split into 65 equal lanes"),
      ("training: {loss: mse}", "a.yaml:3: training.loss 'mse' does not fit data.task 'classification'"),
      (
        "optimizer: {schedule: {kind: cosine, minimum: 0.5}}",
        "a.yaml:3: optimizer.schedule.minimum 0.5 is above the learning rate 0.001"
      ),
    ])
  func contradiction(addition: String, message: String) throws {
    #expect(failure(Self.good + addition)?.message == message)
  }

  @Test("a split that leaves nothing, and early stopping without validation, are refused")
  func split() throws {
    let model = "model: {kind: mlp, hidden: []}\n"
    #expect(
      failure(model + "data: {kind: digits, validation: 0.5, test: 0.5}")?.message
        == "a.yaml:2: data.validation 0.5 and data.test 0.5 leave nothing to train on")
    #expect(
      failure(model + "data: {kind: digits, validation: 0}\ntraining: {early_stopping: {}}")?.message
        == "a.yaml:3: training.early_stopping watches the validation loss, but data.validation is 0")
  }

  @Test(
    "a missing section or key is named with the section it belongs in",
    arguments: [
      ("data: {kind: digits}", "a.yaml:1: the section 'model' is missing"),
      ("model: {kind: mlp, hidden: []}", "a.yaml:1: the section 'data' is missing"),
      ("model: {hidden: []}\ndata: {kind: digits}", "a.yaml:1: the key 'kind' is missing in model"),
      ("model: {kind: mlp}\ndata: {kind: digits}", "a.yaml:1: the key 'hidden' is missing in model"),
      ("model: {kind: mlp, hidden: []}\ndata:\n  kind: csv", "a.yaml:3: the key 'path' is missing in data"),
      ("", "a.yaml: the file is empty"),
      ("# only a comment\n", "a.yaml: the file is empty"),
      ("- a\n- b", "a.yaml:1: the configuration is a list of 2, but must be a mapping"),
    ])
  func missing(yaml: String, message: String) throws {
    #expect(failure(yaml)?.message == message)
  }

  @Test(
    "keys of another kind of data are refused with that kind",
    arguments: [
      (
        "{kind: digits, path: x}", "'path' does not fit data.kind 'digits'",
        "Remove it; it goes with kind: idx, csv, text, tokens, labelled_text, instructions."
      ),
      (
        "{kind: idx, path: x, test: 0.1}", "'test' does not fit data.kind 'idx'",
        "Remove it; it goes with kind: digits, csv, text, tokens, labelled_text, instructions."
      ),
      (
        "{kind: text, path: x, scaling: none}", "'scaling' does not fit data.kind 'text'",
        "Remove it; it goes with kind: digits, idx, csv."
      ),
      (
        "{kind: csv, path: x, context: 9}", "'context' does not fit data.kind 'csv'",
        "Remove it; it goes with kind: text, tokens, labelled_text, instructions."
      ),
      (
        "{kind: csv, path: x, tokenizer: bpe}", "'tokenizer' does not fit data.kind 'csv'",
        "Remove it; it goes with kind: text, labelled_text, instructions."
      ),
      (
        "{kind: text, path: x, vocabulary: 500}", "'vocabulary' does not fit data.tokenizer 'bytes'",
        "Remove it; it goes with tokenizer: bpe."
      ),
      (
        "{kind: text, path: x, tokenizer: bpe}", "the key 'vocabulary' is missing in data",
        "It must be a whole number, from 1 to 16777216, or auto."
      ),
      (
        "{kind: idx, path: x, label: y}", "'label' does not fit data.kind 'idx'",
        "Remove it; it goes with kind: csv, labelled_text."
      ),
    ])
  func unfitting(data: String, message: String, remedy: String) throws {
    let error = try #require(failure("model: {kind: mlp, hidden: []}\ndata: \(data)"))
    #expect(error.message == "a.yaml:2: " + message)
    #expect(error.remedy == remedy)
  }

  @Test(
    "keys of another kind of model are refused with that kind",
    arguments: [
      (
        "{kind: mlp, hidden: [], blocks: 2}", "'blocks' does not fit model.kind 'mlp'",
        "Remove it; it goes with kind: resnet."
      ),
      (
        "{kind: lenet5, hidden: [4]}", "'hidden' does not fit model.kind 'lenet5'",
        "Remove it; it goes with kind: mlp, lstm."
      ),
      (
        "{kind: resnet, dropout: 0.1}", "'dropout' does not fit model.kind 'resnet'",
        "Remove it; it goes with kind: mlp, gpt, llama, olmo2, moe, bert, t5, pretrained."
      ),
      (
        "{kind: lstm, hidden: [4], activation: tanh}", "'activation' does not fit model.kind 'lstm'",
        "Remove it; it goes with kind: mlp."
      ),
      (
        "{kind: lenet5, heads: 4}", "'heads' does not fit model.kind 'lenet5'",
        "Remove it; it goes with kind: gpt, llama, olmo2, moe, bert, t5."
      ),
      (
        "{kind: lstm}", "the key 'hidden' is missing in model",
        "It must be a list like [a, b], each element a whole number, each from 1 to 1048576."
      ),
      (
        "{kind: gpt, layers: 2, heads: 2}", "the key 'width' is missing in model",
        "It must be a whole number, from 1 to 65536."
      ),
      (
        "{kind: rsnet}",
        "model.kind is 'rsnet', but must be one of mlp, lenet5, resnet, lstm, gpt, llama, olmo2, moe, bert, t5, "
          + "pretrained",
        "did you mean 'resnet'?"
      ),
    ])
  func unfittingModel(model: String, message: String, remedy: String) throws {
    let error = try #require(failure("model: \(model)\ndata: {kind: digits}"))
    #expect(error.message == "a.yaml:1: " + message)
    #expect(error.remedy == remedy)
  }

  @Test(
    "a model and data that do not go together, and sizes that do not, are refused before anything is read",
    arguments: [
      (
        "{kind: gpt, layers: 1, heads: 2, width: 8}", "{kind: digits}",
        "model.kind 'gpt' does not fit data.kind 'digits'",
        "gpt reads data of kind: text, tokens, labelled_text, instructions."
      ),
      (
        "{kind: lenet5}", "{kind: text, path: a}", "model.kind 'lenet5' does not fit data.kind 'text'",
        "A text is for gpt, llama, olmo2, moe, bert, t5, pretrained."
      ),
      (
        "{kind: gpt, layers: 1, heads: 3, width: 8}", "{kind: text, path: a}",
        "3 heads cannot share a width of 8 equally", "Choose a width that is a multiple of 3, such as 9."
      ),
      (
        "{kind: llama, layers: 1, heads: 4, key_value_heads: 3, width: 8}", "{kind: text, path: a}",
        "4 heads cannot share 3 key and value heads equally", "Choose a number that divides 4."
      ),
      (
        "{kind: llama, layers: 1, heads: 4, width: 12}", "{kind: text, path: a}",
        "a head of 3 numbers has no pairs to turn",
        "Choose model.width or model.head_size so that a head has an even size."
      ),
      (
        "{kind: moe, layers: 1, heads: 2, width: 8, experts: 2, experts_per_token: 3}", "{kind: text, path: a}",
        "a token cannot go through 3 of 2 experts", "Set model.experts_per_token to at most 2."
      ),
      (
        "{kind: gpt, layers: 1, heads: 2, width: 8}", "{kind: text, path: x, tokenizer: file}",
        "data.tokenizer 'file' says of no file", "Give data.tokenizer_path: a tokenizer.json, or a folder with one."
      ),
      (
        "{kind: t5, layers: 1, heads: 2, width: 8}", "{kind: labelled_text, path: x}",
        "model.kind 't5' does not fit data.kind 'labelled_text'",
        "Choose one of gpt, llama, olmo2, moe, bert, pretrained."
      ),
      (
        "{kind: lstm, hidden: [8, 8]}", "{kind: digits}", "model.hidden has 2 widths, but an lstm has one state",
        "Give one width, such as [128]."
      ),
      (
        "{kind: lstm, hidden: []}", "{kind: digits}", "model.hidden has 0 widths, but an lstm has one state",
        "Give one width, such as [128]."
      ),
    ])
  func modelAndData(model: String, data: String, message: String, remedy: String) throws {
    let error = try #require(failure("model: \(model)\ndata: \(data)"))
    #expect(error.message.hasPrefix("a.yaml:") && error.message.hasSuffix(": " + message), "\(error.message)")
    #expect(error.remedy == remedy)
  }

  @Test(
    "a wrong override names the option",
    arguments: [
      ("training.lanes=x", "--set training.lanes=x: training.lanes is 'x', but must be a whole number", 78),
      ("training.lanez=4", "--set training.lanez=4: unknown key 'lanez' in training", 78),
      ("optimizer.momentum=0.9", "--set optimizer.momentum=0.9: 'momentum' does not fit optimizer.kind 'adam'", 78),
      ("training.seed=", "--set training.seed=: training.seed is empty, but must be", 78),
      ("training.seed={", "--set training.seed={: not YAML: ", 78),
      ("training.seed", "--set training.seed: not of the form key=value", 64),
      ("=4", "--set =4: not of the form key=value", 64),
      ("training..seed=4", "--set training..seed=4: not of the form key=value", 64),
    ])
  func wrongOverride(override: String, message: String, status: Int32) throws {
    let error = try #require(failure(Self.good, overrides: [override]))
    #expect(error.message.hasPrefix(message), "\(error.message)")
    #expect(error.exitStatus.rawValue == status)
  }

  @Test("a file that is missing, a folder, or not text is named", arguments: ["/nonexistent/a.yaml", "/"])
  func unreadable(path: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try RunConfiguration.read(file: path) }
    #expect(error?.exitStatus == .missingInput)
    #expect(error?.message.hasPrefix("\(path): cannot read the configuration: ") == true)
  }

  @Test("an endless file is refused before it fills the memory")
  func endless() throws {
    let error = #expect(throws: ConfigurationError.self) { try RunConfiguration.read(file: "/dev/zero") }
    #expect(error?.message == "/dev/zero: larger than 1 MiB: not a configuration")
  }
}
