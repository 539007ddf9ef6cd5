import ArgumentParser
import ModelExchange
import TensorCore

extension CheckpointCommand {
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read a language model that another program wrote.",
      discussion: """
        Reads a folder of the library transformers: config.json and safetensors, in one file or in shards, in float32, \
        float16 or bfloat16. Writes a run's folder with a checkpoint of step 0 and the tokenizer's files.

        Example:
          revoada checkpoint import gpt2 --output runs/gpt2
        """)

    @Argument(help: "A folder with config.json and model.safetensors, or shards and their index.")
    var folder: String

    @Option(help: "The run's folder to write; it must not be there, or be empty.")
    var output: String

    @Option(
      help: "A tokenizer's file or folder, where the model's folder has none: tokenizer.json, GPT-2's, llama2.c's.")
    var tokenizer: String?

    func run() throws {
      let model = try ModelImport(folder: folder)
      try model.writeRun(to: output, tokenizer: tokenizer, on: Backend())
      print("\(output): \(model.configuration.makeModel())")
    }
  }
}
