import Checkpoints
import Files
import TensorCore
import Tokenizers

extension TrainingRun {
  private var store: CheckpointStore {
    CheckpointStore(
      directory: directory.checkpoints, keepLast: configuration.checkpoint.keep, fileSystem: environment.fileSystem)
  }

  /// Saves where the run stands: rank 0 writes, and a failure there ends every rank.
  func save() throws {
    try reduction.gatherState()
    savedPath = try group.agree {
      guard group.rank == 0 else { return directory.checkpoints }
      // Nobody could go on from there, and a good checkpoint might have to make room for it.
      guard parameters.tensor.sumOfSquares().isFinite else {
        throw TrainingError.parametersNotFinite(step: state.step)
      }
      let optimizerArenas = optimizer.state.map { (prefix: $0.name + "/", arena: $0.arena) }
      let saved = try withNamedTensors(of: [(prefix: "", arena: parameters)]) { parameters in
        try withNamedTensors(of: optimizerArenas, where: { $0.role == .trained }) { optimizerState in
          try store.save(
            Checkpoint(training: try record(), parameters: parameters, optimizerState: optimizerState))
        }
      }
      if let failure = saved.cleanUpFailure { environment.display.note("old checkpoints stay: \(failure.message)") }
      return saved.path
    }
  }

  /// Makes the run's folder, sets an earlier run's checkpoints aside if asked to begin anew, and writes config.yaml and
  /// the tokenizer.
  func prepareDirectory(_ resume: ResumePolicy) throws {
    try group.agree {
      guard group.rank == 0 else { return }
      let files = environment.fileSystem
      try files.createDirectoryAndParents(directory.path)
      if resume == .none, try files.exists(directory.checkpoints) {
        var number = 1
        while try files.exists("\(directory.checkpoints).old-\(number)") { number += 1 }
        try files.rename(directory.checkpoints, to: "\(directory.checkpoints).old-\(number)")
        environment.display.note("earlier checkpoints are now in \(directory.checkpoints).old-\(number)")
      }
      try files.replace(directory.configuration, with: configuration.resolvedYAML)
      if let tokenizer = data.tokenizer {
        try TokenizerFile.write(tokenizer, to: directory.tokenizer, fileSystem: files)
      }
    }
  }

  private func record() throws -> TrainingRecord {
    TrainingRecord(
      progress: TrainingRecord.Progress(
        step: state.step, samplesSeen: state.step * trainer.plan.batchSize, lanes: trainer.plan.lanes,
        batchSize: trainer.plan.batchSize, seed: configuration.training.seed),
      optimizer: configuration.optimizer.kind.rawValue,
      model: .object(
        [
          "description": .string(model.model.description), "configuration": .string(configuration.resolvedYAML),
        ].merging(try model.description?.members() ?? [:]) { $1 }),
      preprocessing: try JSONValue(encoding: data.preprocessing), state: try JSONValue(encoding: state),
      configurationFingerprint: configuration.fingerprint)
  }

  /// Puts the checkpoint's values into the arenas of every rank.
  func restore(from start: RunStart) throws {
    guard let record = start.record else { return }
    try group.agree {
      // First of all: a tensor of another shape says more about another model than a key of its configuration.
      try start.loaded?.requireParameters(parameters.layout.entries.map { $0.signature(prefix: "") })
      try configuration.check(against: record, path: start.path)
      guard try record.preprocessing.decoded(as: RunData.Preprocessing.self) == data.preprocessing else {
        throw TrainingError.otherData(directory: start.path)
      }
      guard let loaded = start.loaded else { return }
      let entries = parameters.layout.entries
      try loaded.requireOptimizerState(
        optimizer.state.flatMap { state in
          entries.filter { $0.role == .trained }.map { $0.signature(prefix: state.name + "/") }
        })
      for (index, entry) in entries.enumerated() {
        try parameters.destination(index, accumulates: false).withMutableValues {
          try loaded.copyParameter(named: entry.name, shape: entry.shape.dimensions, into: $0)
        }
        for state in optimizer.state where entry.role == .trained {
          try state.arena.destination(index, accumulates: false).withMutableValues {
            try loaded.copyOptimizerState(
              named: state.name + "/" + entry.name, shape: entry.shape.dimensions, into: $0)
          }
        }
      }
    }
    try reduction.distributeState()
    environment.display.note("resumed from \(start.path)")
  }

  /// Calls `body` with the chosen parameters of the arenas as named tensors, whose memory is valid during the call.
  func withNamedTensors<Result>(
    of arenas: [(prefix: String, arena: Arena)], where isWanted: (ParameterLayout.Entry) -> Bool = { _ in true },
    _ body: ([NamedTensor]) throws -> Result
  ) rethrows -> Result {
    defer { withExtendedLifetime(arenas) {} }
    return try body(
      arenas.flatMap { prefix, arena in
        arena.layout.entries.filter(isWanted).map { entry in
          arena.withMutableValues { values in
            NamedTensor(
              name: prefix + entry.name, shape: entry.shape.dimensions,
              memory: UnsafeBufferPointer(rebasing: values[entry.range]))
          }
        }
      })
  }
}

extension ParameterLayout.Entry {
  fileprivate func signature(prefix: String) -> TensorSignature {
    TensorSignature(name: prefix + name, shape: shape.dimensions)
  }
}
