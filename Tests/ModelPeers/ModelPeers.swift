import ArgumentParser
import Files
import ModelExchange
import TensorCore

/// Our side of the comparison with the reference implementations in `transformers`; `Tests/Peers/compare.py` is the other.
@main
struct ModelPeers: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model-peers", subcommands: [Compute.self, Again.self])

  /// Writes what we compute for every case: a folder for each.
  struct Compute: ParsableCommand {
    @Argument(help: "The folder to write the cases' folders into.")
    var folder: String

    @Option(help: "Only the cases whose names contain this.")
    var only: String = ""

    func run() throws {
      try LocalFileSystem().createDirectoryAndParents(folder)
      for peerCase in PeerCase.all where only.isEmpty || peerCase.name.contains(only) {
        try PeerComputation(of: peerCase, on: Backend(threads: 2)).write(to: "\(folder)/\(peerCase.name)")
      }
    }
  }

  /// Imports a folder that `transformers` wrote and exports it again.
  struct Again: ParsableCommand {
    @Argument var source: String
    @Argument var target: String

    func run() throws {
      let model = try ModelImport(folder: source)
      let parameters = Arena(model.layout, on: Backend())
      try model.read(into: parameters)
      try ModelExport(model.configuration).write(to: target) { parameters.tensor($0) }
    }
  }
}
