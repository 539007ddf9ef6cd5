import Checkpoints
import Files
import TensorCore
import Tokenizers

extension TrainingRun {
  /// Sets an earlier run's checkpoints aside if asked to begin anew, and writes config.yaml and
  /// the tokenizer.
  func prepareDirectory(_ resume: ResumePolicy) throws {
    try group.agree {
      guard group.rank == 0 else { return }
      let files = environment.fileSystem
      if resume == .none, try files.exists(directory.checkpoints) {
        var number = 1
        while try files.exists("\(directory.checkpoints).old-\(number)") { number += 1 }
        try files.rename(directory.checkpoints, to: "\(directory.checkpoints).old-\(number)")
        environment.display.note("earlier checkpoints are now in \(directory.checkpoints).old-\(number)")
      }
      try linkCheckpoints()
      try files.replace(directory.configuration, with: configuration.resolvedYAML)
      if let tokenizer = data.tokenizer {
        try TokenizerFile.write(tokenizer, to: directory.tokenizer, fileSystem: files)
      }
    }
  }

  /// Makes a folder of checkpoints that lies elsewhere, and the link by which tools find it from the run's.
  private func linkCheckpoints() throws {
    guard let elsewhere = configuration.checkpoint.path else { return }
    let files = environment.fileSystem
    try files.createDirectoryAndParents(directory.checkpoints, isPrivate: true)
    guard try !files.exists(directory.linkToCheckpoints) else { return }
    try files.createLink(directory.linkToCheckpoints, to: elsewhere)
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
  func signature(prefix: String) -> TensorSignature {
    TensorSignature(name: prefix + name, shape: shape.dimensions)
  }
}
