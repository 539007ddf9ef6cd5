import ArgumentParser
import Datasets
import Tables
import Tokenizers

/// `revoada data`: texts as files of tokens.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Turn texts into files of tokens, and look into these.",
    subcommands: [Prepare.self, Inspect.self])

  struct Prepare: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Cut texts into tokens once, for many runs: shards that ranks map into memory.",
      discussion: """
        The shards have llm.c's form; the end of each file validates. A configuration reads them by data: {kind: tokens, \
        path: DIR}.

        Example:
          revoada data prepare books/ --tokenizer tokenizers/books --output data/books
        """)

    @Argument(help: "Texts: files, .jsonl files whose lines have a field 'text', folders of them; any may be gzipped.")
    var texts: [String]

    @Option(help: ArgumentHelp("A tokenizer's file or folder, or bytes.", valueName: "path"))
    var tokenizer: String

    @Option(help: ArgumentHelp("The folder to write; it must not be there.", valueName: "dir"))
    var output: String

    @Option(help: ArgumentHelp("The most tokens of a shard.", valueName: "n"))
    var shardTokens = 100_000_000

    @Option(help: ArgumentHelp("The share of each file, from its end, that validates.", valueName: "share"))
    var validation = 0.1

    @Option(help: ArgumentHelp("The field of a .jsonl file's lines that has the text.", valueName: "name"))
    var field = "text"

    func validate() throws {
      guard shardTokens >= 1, shardTokens <= Int(Int32.max) else {
        throw ValidationError("--shard-tokens \(shardTokens): a shard has from 1 to \(Int32.max) tokens.")
      }
      guard validation >= 0, validation < 1 else {
        throw ValidationError("--validation \(validation): a share is at least 0 and below 1.")
      }
    }

    func run() throws {
      let tokenizer: any Tokenizer = tokenizer == "bytes" ? ByteTokenizer() : try TokenizerFile.read(path: tokenizer)
      let start = ContinuousClock.now
      let index = try TokenPreparation(
        tokenizer, shardTokens: shardTokens, validation: validation, field: field
      ).write(texts, to: output) { done, total in
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let left = seconds / Double(max(1, done)) * Double(total - done)
        writeToStandardError(
          "\(done) of \(total) bytes  \((Double(done) / max(seconds, 1e-9) / 1e6).fixed(1)) MB/s  \(left.clock) left\n")
      }
      print(index.table)
    }
  }

  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell what a folder or a file of tokens holds.",
      discussion: """
        Example:
          revoada data inspect data/books
        """)

    @Argument(help: "A folder that data prepare wrote, another folder of .bin files, or one of them.")
    var path: String

    func run() throws {
      let files = try TokenCollection(path: path)
      let tokenizer = try files.tokenizerPath.map { try TokenizerFile.read(path: $0) }
      var rows = [["split", "files", "tokens", "greatest"]]
      for (name, part) in [("training", files.training), ("validation", files.validation), ("test", files.test)]
      where !part.isEmpty {
        let greatest = part.map(\.greatest).max() ?? 0
        rows.append([name, "\(part.count)", "\(part.reduce(0) { $0 + $1.count })", "\(greatest)"])
      }
      print(aligned(rows, firstNumber: 1))
      if let index = files.index {
        print("vocabulary \(index.vocabulary), \(index.dtype), \(index.documents) documents")
      }
      let first = files.training[0].first(16)
      print("begins with \(first.map(String.init).joined(separator: " "))")
      if let tokenizer { print("that is \(String(decoding: tokenizer.decode(first), as: UTF8.self).debugDescription)") }
    }
  }
}

extension TokenIndex {
  /// For people.
  fileprivate var table: String {
    let splits = ["train", "validation"].map { name in (name, shards.filter { $0.file.hasPrefix(name) }) }
    let rows = splits.map { name, shards in
      [name, "\(shards.count)", "\(shards.reduce(0) { $0 + $1.tokens })"]
    }
    let tokens = shards.reduce(0) { $0 + $1.tokens }
    return aligned([["split", "shards", "tokens"]] + rows, firstNumber: 1)
      + "\n\(documents) documents, \((Double(bytes) / Double(max(1, tokens))).fixed(2)) bytes a token"
  }
}
