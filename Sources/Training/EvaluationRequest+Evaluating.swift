import Checkpoints
import Collectives
import Datasets
import Files
import Inference
import KernelInterface
import TensorCore

extension EvaluationRequest {
  /// Judges the model, its data shared among the ranks: the same bits on any number of them.
  ///
  /// A collective. Every rank reads the checkpoint and the data.
  ///
  /// - Parameter note: told of damaged checkpoints that are passed over, and of texts that are cut.
  public func evaluate(
    on backend: Backend, in group: any ProcessGroup, files: any FileSystem = LocalFileSystem(),
    note: (String) -> Void
  ) throws -> EvaluationReport {
    let subject = try group.agree { try Subject(self, on: backend, files, note: note) }
    let evaluator = Evaluator(
      model: subject.model, parameters: subject.parameters, group: group, countsTokenHits: true)
    let result = try evaluator.evaluate(subject.data)
    return EvaluationReport(
      checkpoint: subject.checkpoint.path, step: subject.checkpoint.manifest.training.progress.step,
      model: subject.model.model.description, data: subject.data.origin, part: subject.part.rawValue, result: result,
      perplexity: result.perplexity)
  }

  /// The model and the data, read and found to fit each other.
  private struct Subject {
    let checkpoint: LoadedCheckpoint
    let part: Part
    let data: DataPart
    let model: TrainingModel
    let parameters: Arena

    init(
      _ request: EvaluationRequest, on backend: Backend, _ files: any FileSystem, note: (String) -> Void
    ) throws {
      checkpoint = try CheckpointLocation(path: request.path, fileSystem: files)
        .load(fileSystem: files) { note("\($0)") }
      let description = try ModelDescription(ifIn: checkpoint)
      let configuration = try request.configuration(checkpoint, of: description, in: files)
      let record = checkpoint.manifest.training.preprocessing
      let all = try RunData(
        configuration.data, objective: description?.architecture.family.objective ?? .nextToken,
        key: RandomKey(seed: configuration.training.seed).derived(.split), threads: backend.threads.size,
        as: record == .null ? nil : try record.decoded(as: RunData.Preprocessing.self))
      for text in all.notes { note(text) }
      (part, data) = try request.chosen(of: all)
      model =
        try description.map { try TrainingModel($0, fitting: all.training) }
        ?? TrainingModel(configuration, fitting: all.training)
      parameters = Arena(model.model.layout, on: backend)
      try checkpoint.copyParameters(into: parameters)
    }
  }

  private func chosen(of data: RunData) throws(TrainingError) -> (Part, DataPart) {
    if text != nil { return (.all, data.training) }
    switch part {
    case .training, .all: return (part ?? .all, data.training)
    case .validation:
      guard let validation = data.validation else { throw .noSuchPart("validation", origin: data.training.origin) }
      return (.validation, validation)
    case .test:
      guard let test = data.test else { throw .noSuchPart("test", origin: data.training.origin) }
      return (.test, test)
    case nil:
      if let validation = data.validation { return (.validation, validation) }
      if let test = data.test { return (.test, test) }
      return (.training, data.training)
    }
  }
}

extension ModelDescription {
  /// What a checkpoint says about its language model; `nil` where it holds a model of another kind.
  fileprivate init?(ifIn checkpoint: LoadedCheckpoint) throws {
    do {
      try self.init(checkpoint)
    } catch is NotALanguageModel {
      return nil
    }
  }
}
