import ArgumentParser
import Tokenizers

/// `revoada tokenizer`: learn a vocabulary, and go from texts to tokens and back.
struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Train tokenizers, and turn texts into tokens and back.",
    subcommands: [Train.self, Encode.self, Decode.self])
}

/// The tokenizer that a subcommand uses.
struct TokenizerArgument: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A tokenizer.json, a vocab.bpe beside its encoder.json, llama2.c's tokenizer.bin, or a folder that has one.",
      valueName: "path"))
  var tokenizer: String

  func read() throws -> any Tokenizer { try TokenizerFile.read(path: tokenizer) }
}

extension TokenizerCommand {
  struct Encode: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Turn the text on stdin into tokens on stdout: numbers with spaces between them.",
      discussion: """
        The text may be any bytes, UTF-8 or not.

        Example:
          revoada tokenizer encode --tokenizer runs/verdict-gpt/tokenizer < text.txt > ids.txt
        """)

    @OptionGroup var tokenizer: TokenizerArgument

    @Flag(help: "Add what the tokenizer puts around every text: [CLS] and [SEP], </s>, <|begin_of_text|>.")
    var specialTokens = false

    func run() throws {
      let tokenizer = try tokenizer.read()
      let text = try StandardStreams.readInput()
      let ids = tokenizer.encode(text, addingSpecialTokens: specialTokens)
      try StandardStreams.write(TokenIDText.write(ids))
      guard let characters = tokenizer as? CharacterTokenizer else { return }
      let unknown = characters.unknownCharacters(in: text)
      if !unknown.isEmpty {
        let names = unknown.prefix(10).map(\.debugDescription).joined(separator: " ")
        writeToStandardError(
          "left out, for the vocabulary lacks them: \(names)\(unknown.count > 10 ? " and \(unknown.count - 10) more" : "")\n"
        )
      }
    }
  }

  struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Turn the tokens on stdin into text on stdout.",
      discussion: """
        Example:
          revoada tokenizer decode --tokenizer runs/verdict-gpt/tokenizer < ids.txt > text.txt
        """)

    @OptionGroup var tokenizer: TokenizerArgument

    func run() throws {
      let tokenizer = try tokenizer.read()
      let ids = try TokenIDText.read(
        StandardStreams.readInput(), vocabularySize: tokenizer.vocabularySize, origin: "stdin")
      try StandardStreams.write(tokenizer.decode(ids))
    }
  }
}
