import Checkpoints
import TensorCore

extension LoadedCheckpoint {
  /// Copies the parameters into an arena.
  ///
  /// - Throws: where their names and shapes are not those of the arena, naming all that differ.
  public func copyParameters(into arena: Arena) throws {
    let entries = arena.layout.entries
    try requireParameters(entries.map { TensorSignature(name: $0.name, shape: $0.shape.dimensions) })
    for (index, entry) in entries.enumerated() {
      try arena.destination(index, accumulates: false).withMutableValues {
        try copyParameter(named: entry.name, shape: entry.shape.dimensions, into: $0)
      }
    }
  }
}
