import ArgumentParser
import Checkpoints
import Failures
import FoundationEssentials
import Tables

/// `revoada checkpoint`: look into saved checkpoints.
struct CheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Print, describe, check and compare saved checkpoints; exchange models with other programs.",
    subcommands: [Digest.self, Inspect.self, Verify.self, Diff.self, Export.self, Import.self])
}

/// The folder that every subcommand takes.
struct CheckpointArgument: ParsableArguments {
  @Argument(help: "A checkpoint (step-...), a folder of checkpoints, or a run's folder: then its newest good one.")
  var directory: String

  func load() throws -> LoadedCheckpoint {
    try CheckpointLocation(path: directory).load { skipped in writeToStandardError("\(skipped)\n") }
  }
}

extension CheckpointCommand {
  struct Digest: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the SHA-256 of the parameters: 64 hexadecimal digits.",
      discussion: """
        Two checkpoints have the same digest exactly when their parameters are the same bits: the values of all \
        tensors, in the order of the tensors' names, as little-endian float32.

        Example:
          revoada checkpoint digest runs/digits
        """)

    @OptionGroup var checkpoint: CheckpointArgument

    func run() throws {
      print(try checkpoint.load().parametersDigest())
    }
  }

  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Describe a checkpoint: progress, files, tensors.",
      discussion: """
        Example:
          revoada checkpoint inspect runs/digits/checkpoints/step-00000100
        """)

    @OptionGroup var checkpoint: CheckpointArgument

    @Flag(help: "Print the manifest as JSON.")
    var json = false

    func run() throws {
      let loaded = try checkpoint.load()
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(loaded.manifest), as: UTF8.self))
      } else {
        print(try CheckpointDescription(of: loaded).text)
      }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check every file of a checkpoint, or of all checkpoints of a run.",
      discussion: """
        Exits with status 65 if anything is damaged.

        Example:
          revoada checkpoint verify runs/digits
        """)

    @Argument(help: "A checkpoint (step-...), a folder of checkpoints, or a run's folder: then all of its checkpoints.")
    var directory: String

    func run() throws {
      let checked = try CheckpointLocation(path: directory).verify()
      let width = checked.flatMap(\.entries).map(\.file.count).max() ?? 0
      for checkpoint in checked {
        print(checkpoint.path)
        for entry in checkpoint.entries {
          let name = entry.file.padded(to: width)
          print("  \(name)  \(entry.damage.map { "DAMAGED: \($0)" } ?? "ok")")
        }
      }
      for checkpoint in checked {
        if let damage = checkpoint.firstDamage {
          throw CheckpointFailure.damaged(path: checkpoint.path, damage)
        }
      }
    }
  }
}

/// What `revoada checkpoint inspect` prints for a person.
private struct CheckpointDescription {
  let text: String

  init(of checkpoint: LoadedCheckpoint) throws {
    let manifest = checkpoint.manifest
    let progress = manifest.training.progress
    let values = manifest.parameters.reduce(0) { $0 + $1.shape.reduce(1, *) }
    let facts = [
      ["checkpoint", checkpoint.path],
      ["step", "\(progress.step)"],
      ["samples seen", "\(progress.samplesSeen)"],
      ["batch size", "\(progress.batchSize)"],
      ["lanes", "\(progress.lanes)"],
      ["seed", "\(progress.seed)"],
      ["optimizer", manifest.training.optimizer],
      ["parameters", "\(values) (tensors: \(manifest.parameters.count))"],
      ["digest", try checkpoint.parametersDigest()],
    ]
    let files = [["file", "bytes", "sha256"]] + manifest.files.map { [$0.name, "\($0.byteCount)", $0.sha256] }
    let tensors =
      [["tensor", "dtype", "shape", "file"]]
      + (manifest.parameters + manifest.optimizerState).map { [$0.name, $0.dtype, "\($0.shape)", $0.file] }
    text = [facts, files, tensors].map { aligned($0) }.joined(separator: "\n\n")
  }
}
