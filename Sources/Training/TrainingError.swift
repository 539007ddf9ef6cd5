import Failures

/// What can go wrong in a run beyond its files and its configuration.
public enum TrainingError: UserFacingError, Equatable {
  /// A signal asked the run to end; everything up to `step` is saved in `directory`.
  case interrupted(step: Int, directory: String)
  /// The loss of a step is infinite or not a number.
  case lossNotFinite(step: Int, loss: Double, lane: Int)
  /// The gradient of a step, or what it made of the parameters, is infinite or not a number.
  case gradientNotFinite(step: Int, _ parameter: String, _ place: String)
  case parametersNotFinite(step: Int)
  case moreRanksThanLanes(ranks: Int, lanes: Int)
  /// The run directory belongs to a run with another configuration.
  case otherConfiguration(directory: String, key: String, here: String, there: String, others: Int)
  /// The run directory's checkpoint was made from other data.
  case otherData(directory: String)
  case notBinary(_ classes: Int, origin: String)
  /// The model takes samples of another shape.
  case otherSamples(kind: String, whatFits: String, found: String, origin: String)
  case vocabularyTooSmall(_ vocabulary: Int, tokens: Int, origin: String)
  case contextTooShort(_ context: Int, data: Int)
  /// Texts with classes for a model that writes its answers.
  case cannotClassify(origin: String)
  /// Answers for a model that does not go on with texts.
  case cannotAnswer(origin: String)
  /// A model that tells so many classes apart, or predicts tokens, and data with so many, or without.
  case otherClasses(_ classes: Int?, data: Int?, origin: String)
  /// A table with other columns than the model was trained on.
  case otherFeatures(_ features: Int, model: Int, origin: String)
  case noCheckpoint(path: String)
  /// A model that no run of ours trained.
  case noConfiguration(path: String)
  /// The data have no such part.
  case noSuchPart(_ part: String, origin: String)

  public var exitStatus: ExitStatus {
    switch self {
    case .interrupted: .temporary
    case .lossNotFinite, .gradientNotFinite, .parametersNotFinite, .notBinary, .otherData, .otherClasses,
      .otherFeatures:
      .badData
    case .moreRanksThanLanes, .otherConfiguration, .otherSamples, .vocabularyTooSmall, .contextTooShort,
      .cannotClassify, .cannotAnswer, .noSuchPart:
      .configuration
    case .noCheckpoint, .noConfiguration: .missingInput
    }
  }

  public var message: String {
    switch self {
    case .interrupted(let step, let directory): "interrupted after step \(step); it is saved in \(directory)"
    case .lossNotFinite(let step, let loss, let lane):
      "the loss of step \(step) is \(loss), beginning with lane \(lane)"
    case .gradientNotFinite(let step, let parameter, let place):
      "the gradient of step \(step) is infinite or not a number: \(parameter), \(place)"
    case .parametersNotFinite(let step): "the parameters after step \(step) are not finite, and were not saved"
    case .moreRanksThanLanes(let ranks, let lanes): "\(ranks) ranks for \(lanes) lanes: a rank would have no work"
    case .otherConfiguration(let directory, let key, let here, let there, let others):
      "\(directory) holds a run with another configuration: \(key) is \(there) there and \(here) here"
        + (others > 0 ? ", and \(others) more keys differ" : "")
    case .otherData(let directory): "\(directory) holds a run on other data: the samples for training differ"
    case .notBinary(let classes, let origin): "\(origin): \(classes) classes, but a binary task has 2"
    case .otherSamples(let kind, let whatFits, let found, let origin):
      "\(origin): samples of \(found), but model.kind '\(kind)' takes \(whatFits)"
    case .vocabularyTooSmall(let vocabulary, let tokens, let origin):
      "\(origin): \(tokens) different tokens, but model.vocabulary is \(vocabulary)"
    case .contextTooShort(let context, let data):
      "model.context is \(context), but the data come in sequences of \(data) tokens"
    case .cannotClassify(let origin): "\(origin): the texts have classes, but a T5 has no head for them"
    case .cannotAnswer(let origin):
      "\(origin): instructions are for a model that goes on with texts, not for a BERT or T5"
    case .otherClasses(let classes, let data, let origin):
      "\(origin): \(data.map { "\($0) classes" } ?? "texts without classes"), but the model "
        + (classes.map { "tells \($0) classes apart" } ?? "predicts tokens")
    case .otherFeatures(let features, let model, let origin):
      "\(origin): samples of \(features) features, but the model was trained on \(model)"
    case .noCheckpoint(let path): "\(path): no checkpoint to resume from"
    case .noConfiguration(let path): "\(path): no configuration says by which data the model is to be judged"
    case .noSuchPart(let part, let origin): "\(origin): nothing is kept for the \(part) part"
    }
  }

  public var remedy: String? {
    switch self {
    case .interrupted: "Run the same command again to go on."
    case .lossNotFinite, .gradientNotFinite, .parametersNotFinite:
      "Lower optimizer.learning_rate, set training.clip_norm, or scale the data (data.scaling); training.on_nonfinite: skip"
        + " leaves such steps out."
    case .moreRanksThanLanes(let ranks, let lanes):
      "Use at most \(lanes) ranks, or begin a new run (--run or --resume none) with training.lanes a multiple of \(ranks)."
    case .otherConfiguration, .otherData:
      "Choose another folder with --run, or begin anew with --resume none."
    case .notBinary: "Set data.task to classification, with training.loss cross_entropy."
    case .otherSamples: "Choose another model.kind, or other data; mlp takes samples of any shape."
    case .vocabularyTooSmall(_, let tokens, _): "Set it to auto, or to \(tokens) at least."
    case .contextTooShort(let context, _): "Set data.context to at most \(context), or model.context to auto."
    case .cannotClassify: "Give a model of kind gpt, llama, olmo2, moe or bert in model.path."
    case .cannotAnswer: "Give a model of kind gpt, llama, olmo2 or moe in model.path."
    case .otherClasses, .otherFeatures: "Give data of the kind that the model was trained on."
    case .noConfiguration: "Give a text with --data."
    case .noSuchPart(let part, _): "Set data.\(part) to a share above 0, or choose another part."
    case .noCheckpoint: "Give a checkpoint, or a run's folder that has one."
    }
  }
}
