import Inference

extension DataConfiguration.Task {
  /// The losses that make sense for the task; the first is what `auto` means.
  var losses: [TrainingConfiguration.Loss] {
    switch self {
    case .classification: [.crossEntropy]
    case .binary: [.binaryCrossEntropy]
    case .regression: [.meanSquaredError, .meanAbsoluteError]
    }
  }
}

extension RunConfiguration {
  /// This configuration with `lanes` equal parts in a batch. Throws unless they divide the batch.
  public func with(lanes: Int) throws(ConfigurationError) -> RunConfiguration {
    var copy = self
    copy.training.lanes = lanes
    if let problem = copy.lanesProblem { throw ConfigurationError(problem.message, remedy: problem.remedy) }
    return copy
  }

  /// Settles `loss: auto` and refuses values that contradict each other.
  mutating func settle(_ locations: [String: SourceLocation], file: String) throws(ConfigurationError) {
    training.loss = loss
    // A pretrained model's texts are cut as those it was trained on.
    if model.kind == .pretrained, data.tokenizer == .file, data.tokenizerPath == nil {
      data.tokenizerPath = ResolvedPath(RunTokenizer.folder(ofRun: model.path.string))
    }
    for problem in [
      modelProblem, objectiveProblem, tokenizerProblem, hiddenProblem, headsProblem, keyValueHeadsProblem,
      headSizeProblem, expertsProblem, lossProblem, lanesProblem, splitProblem, stoppingProblem, scheduleProblem,
    ] {
      guard let problem else { continue }
      let place = problem.keys.lazy.compactMap { locations[$0] }.first?.lineDescription ?? file
      throw ConfigurationError("\(place): \(problem.message)", remedy: problem.remedy)
    }
  }

  /// A contradiction between values, each permitted by itself.
  private struct Problem {
    /// Where it is reported: at the first of these that was given.
    var keys: [String]
    var message: String
    var remedy: String
  }

  private var modelProblem: Problem? {
    let (readsText, isText) = (model.kind.isLanguageModel, data.kind.isText)
    guard readsText != isText else { return nil }
    return Problem(
      keys: ["model.kind", "data.kind"],
      message: "model.kind '\(model.kind.rawValue)' does not fit data.kind '\(data.kind.rawValue)'",
      remedy: isText
        ? "A text is for \(ModelConfiguration.Kind.languageModels.map(\.rawValue).joined(separator: ", "))."
        : "\(model.kind.rawValue) reads data of kind: \(DataConfiguration.Kind.texts.map(\.rawValue).joined(separator: ", "))."
    )
  }

  /// What each kind of language model can be taught.
  private var objectiveProblem: Problem? {
    let unfit: [ModelConfiguration.Kind]
    switch data.kind {
    case .labelledText: unfit = [.t5]
    case .instructions: unfit = [.bert, .t5]
    default: return nil
    }
    guard unfit.contains(model.kind) else { return nil }
    return Problem(
      keys: ["data.kind", "model.kind"],
      message: "model.kind '\(model.kind.rawValue)' does not fit data.kind '\(data.kind.rawValue)'",
      remedy: "Choose one of "
        + ModelConfiguration.Kind.languageModels.filter { !unfit.contains($0) }.map(\.rawValue).joined(separator: ", ")
        + ".")
  }

  private var tokenizerProblem: Problem? {
    guard data.kind.isText, data.kind != .tokens, data.tokenizer == .file, data.tokenizerPath == nil else { return nil }
    return Problem(
      keys: ["data.tokenizer"], message: "data.tokenizer 'file' says of no file",
      remedy: "Give data.tokenizer_path: a tokenizer.json, or a folder with one.")
  }

  private var hiddenProblem: Problem? {
    guard model.kind == .lstm, model.hidden.count != 1 else { return nil }
    return Problem(
      keys: ["model.hidden"], message: "model.hidden has \(model.hidden.count) widths, but an lstm has one state",
      remedy: "Give one width, such as [128].")
  }

  private var headsProblem: Problem? {
    guard model.kind.isLanguageModel, model.headSize == nil, model.width % model.heads != 0 else { return nil }
    let (width, heads) = (model.width, model.heads)
    return Problem(
      keys: ["model.heads", "model.width"], message: "\(heads) heads cannot share a width of \(width) equally",
      remedy: "Choose a width that is a multiple of \(heads), such as \((width + heads - 1) / heads * heads).")
  }

  private var keyValueHeadsProblem: Problem? {
    guard let shared = model.keyValueHeads, model.heads % shared != 0 else { return nil }
    return Problem(
      keys: ["model.key_value_heads", "model.heads"],
      message: "\(model.heads) heads cannot share \(shared) key and value heads equally",
      remedy: "Choose a number that divides \(model.heads).")
  }

  private var headSizeProblem: Problem? {
    let size = model.headSize ?? model.width / model.heads
    guard [.llama, .olmo2, .moe].contains(model.kind), size % 2 != 0 else { return nil }
    return Problem(
      keys: ["model.head_size", "model.width"], message: "a head of \(size) numbers has no pairs to turn",
      remedy: "Choose model.width or model.head_size so that a head has an even size.")
  }

  private var expertsProblem: Problem? {
    guard model.kind == .moe, model.expertsPerToken > model.experts else { return nil }
    return Problem(
      keys: ["model.experts_per_token", "model.experts"],
      message: "a token cannot go through \(model.expertsPerToken) of \(model.experts) experts",
      remedy: "Set model.experts_per_token to at most \(model.experts).")
  }

  private var lossProblem: Problem? {
    let fitting = data.task.losses
    guard !fitting.contains(loss) else { return nil }
    return Problem(
      keys: ["training.loss", "data.task"],
      message: "training.loss '\(loss.rawValue)' does not fit data.task '\(data.task.rawValue)'",
      remedy: "Permitted: auto, \(fitting.map(\.rawValue).joined(separator: ", ")).")
  }

  private var lanesProblem: Problem? {
    guard let lanes = training.lanes, training.batch % lanes != 0 else { return nil }
    let below = training.batch / lanes * lanes
    let above = below + lanes
    return Problem(
      keys: ["training.lanes", "training.batch"],
      message: "training.batch \(training.batch) cannot be split into \(lanes) equal lanes",
      remedy: "Choose a batch that is a multiple of \(lanes): \(below > 0 ? "\(below) or " : "")\(above).")
  }

  private var splitProblem: Problem? {
    guard data.kind != .idx, data.validation + data.test >= 1 else { return nil }
    return Problem(
      keys: ["data.test", "data.validation"],
      message: "data.validation \(data.validation) and data.test \(data.test) leave nothing to train on",
      remedy: "Their sum must be below 1.")
  }

  private var stoppingProblem: Problem? {
    guard training.earlyStopping != nil, data.validation == 0 else { return nil }
    return Problem(
      keys: ["training.early_stopping", "data.validation"],
      message: "training.early_stopping watches the validation loss, but data.validation is 0",
      remedy: "Give data.validation a share above 0, or set training.early_stopping to none.")
  }

  private var scheduleProblem: Problem? {
    let schedule = optimizer.schedule
    guard schedule.kind == .cosine, schedule.minimum > optimizer.learningRate else { return nil }
    return Problem(
      keys: ["optimizer.schedule.minimum", "optimizer.learning_rate"],
      message: "optimizer.schedule.minimum \(schedule.minimum) is above the learning rate \(optimizer.learningRate)",
      remedy: "The rate falls from optimizer.learning_rate to the minimum.")
  }
}
