import ArgumentParser
import Checkpoints
import ModelExchange
import Tables
import TensorCore

extension CheckpointCommand {
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a language model as a folder that other programs open.",
      discussion: """
        The format huggingface is a folder for the library transformers: config.json, generation_config.json, \
        model.safetensors (or shards and their index), and the files of the run's tokenizer.

        Example:
          revoada checkpoint export runs/verdict-gpt --output verdict-gpt
        """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
      case huggingface
    }

    @OptionGroup var checkpoint: CheckpointArgument

    enum Adapters: String, ExpressibleByArgument, CaseIterable {
      case merged, apart
    }

    @Option(help: "How to write it.")
    var format = Format.huggingface

    @Option(help: "The folder to write; it must not be there, or be empty.")
    var output: String

    @Option(help: "The most bytes of weights in a file, such as 5GB or 500MiB; more are cut into shards.")
    var shardSize: ByteSize?

    @Option(help: "What becomes of low-rank adapters: merged into the weights, or apart, alone, for the library PEFT.")
    var adapters = Adapters.merged

    func validate() throws {
      if let shardSize, shardSize.bytes == 0 { throw ValidationError("a shard of 0 bytes holds nothing") }
    }

    func run() throws {
      let loaded = try checkpoint.load()
      guard adapters == .merged else {
        try AdapterExport(of: loaded).write(to: output, on: Backend())
        print("\(output): adapters of \(loaded.path)")
        return
      }
      var export = try ModelExport(of: loaded)
      export.shardByteLimit = shardSize?.bytes
      try export.write(loaded, to: output, on: Backend())
      print("\(output): \(export.configuration.makeModel())")
    }
  }
}
