import ArgumentParser
import Datasets
import Tables
import TensorCore
import Tokenizers

extension TokenizerCommand {
  /// `revoada tokenizer train TEXT... --output DIR`.
  struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Learn a vocabulary from texts and save it as a tokenizer.json, which Hugging Face's tools read too.",
      discussion: """
        The same texts give the same vocabulary, on any number of threads.

        Examples:
          revoada tokenizer train the-verdict.txt --vocabulary 1000 --output tokenizers/verdict
          revoada tokenizer train shakespeare.txt --kind characters --output tokenizers/shakespeare
        """)

    enum Kind: String, CaseIterable, ExpressibleByArgument {
      case bpe, characters
    }

    @Argument(help: "Texts: files, .jsonl files whose lines have a field 'text', folders of them; any may be gzipped.")
    var texts: [String]

    @Option(
      help: ArgumentHelp("The folder that gets the tokenizer.json, or a file that ends in .json.", valueName: "dir"))
    var output: String

    @Option(help: "bpe: byte-pair encoding as GPT-2 has it. characters: every character of the texts is a token.")
    var kind = Kind.bpe

    @Option(help: ArgumentHelp("Tokens of a bpe vocabulary; 1000 by default.", valueName: "n"))
    var vocabulary: Int?

    @Option(help: ArgumentHelp("The field of a .jsonl file's lines that has the text.", valueName: "name"))
    var field = "text"

    @Option(help: ArgumentHelp("Threads; the cores by default.", valueName: "n"))
    var threads: Int?

    /// The 256 bytes and the end of a text.
    private static let leastVocabulary = 257

    func validate() throws {
      if let threads, threads < 1 { throw ValidationError("--threads \(threads): there is one thread at least.") }
      guard let vocabulary else { return }
      guard kind == .bpe else {
        throw ValidationError("--vocabulary: with --kind characters the texts decide how many tokens there are.")
      }
      guard (Self.leastVocabulary...1 << 24).contains(vocabulary) else {
        throw ValidationError(
          "--vocabulary \(vocabulary): from \(Self.leastVocabulary), the bytes and the end of a text, to \(1 << 24).")
      }
    }

    func run() throws {
      let documents = try texts.flatMap { path in
        let corpus = try CorpusReader(path: path, field: field).read()
        return corpus.documents(in: corpus.bytes.indices).map(Array.init)
      }
      let start = ContinuousClock.now
      let tokenizer = learn(documents)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      try TokenizerFile.write(tokenizer, to: output)
      let bytes = documents.reduce(0) { $0 + $1.count }
      let tokens = documents.reduce(0) { $0 + tokenizer.encode($1).count }
      print(
        aligned(
          [
            ["tokens", "\(tokenizer.vocabularySize)"],
            ["bytes of text", "\(bytes)"],
            ["tokens of text", "\(tokens)"],
            ["bytes per token", (Double(bytes) / Double(tokens)).fixed(2)],
            ["seconds", seconds.fixed(2)],
          ], firstNumber: 1))
    }

    private func learn(_ documents: [[UInt8]]) -> any Tokenizer {
      guard kind == .bpe else { return CharacterTokenizer.train(on: documents) }
      let wanted = vocabulary ?? 1000
      // A line for each tenth of the way.
      var told = 0
      return ByteLevelBPE.train(
        on: documents, vocabularySize: wanted, threads: threads ?? Processor.affinity().count
      ) { size in
        guard size * 10 / wanted > told else { return }
        told = size * 10 / wanted
        writeToStandardError("\(size) of \(wanted) tokens\n")
      }
    }
  }
}
