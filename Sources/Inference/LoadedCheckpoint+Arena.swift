import Checkpoints
import TensorCore

extension LoadedCheckpoint {
  /// Copies the parameters into an arena.
  ///
  /// - Throws: where their names and shapes are not those of the arena, naming all that differ.
  public func copyParameters(into arena: Arena) throws {
    try requireParameters(of: arena.layout)
    for (index, entry) in arena.layout.entries.enumerated() {
      try arena.destination(index, accumulates: false).withMutableValues {
        try copyParameter(named: entry.name, shape: entry.shape.dimensions, into: $0)
      }
    }
  }

  /// Throws where the checkpoint's parameters are not those of a layout, naming all that differ.
  func requireParameters(of layout: ParameterLayout) throws {
    try requireParameters(layout.entries.map { TensorSignature(name: $0.name, shape: $0.shape.dimensions) })
  }
}
