import ArgumentParser
import Benchmarks
import Files
import Tokenizers

extension BenchCommand {
  /// `revoada bench tokenizer --tokenizer PATH TEXT...`.
  struct Encoding: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "tokenizer",
      abstract: "Texts cut into tokens, on one thread.",
      discussion: """
        Example:
          revoada bench tokenizer --tokenizer models/gpt2 shakespeare.txt lusiadas.txt
        """)

    @OptionGroup var tokenizer: TokenizerArgument

    @Argument(help: "Texts: files, each one workload.")
    var texts: [String]

    @OptionGroup var options: BenchOptions

    func run() throws {
      let tokenizer = try tokenizer.read()
      let texts = try texts.map { path in
        let file = try LocalFileSystem().openFile(path)
        return (name: path, bytes: try file.bytes(in: 0..<file.byteCount))
      }
      try options.run("tokenizer") { _ in TokenizerWorkloads.all(tokenizer, on: texts) }
    }
  }
}
