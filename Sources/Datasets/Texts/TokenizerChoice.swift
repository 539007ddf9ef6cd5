import Tokenizers

/// How a text is to be cut into tokens.
public enum TokenizerChoice: Hashable, Sendable {
  /// Every byte is a token.
  case bytes
  /// Every character is a token: those of the whole text, so that none is unknown later.
  case characters
  /// Byte-level byte pair encoding with so many tokens, learnt from the text to train on.
  case bytePairs(vocabularySize: Int)
  /// The tokenizer in a file or folder.
  case file(path: String)

  /// The token between documents that a new vocabulary gets.
  static let endOfText = "<|endoftext|>"

  /// The same tokenizer on every machine and any number of threads.
  ///
  /// - Parameter training: the stretch of the corpus to learn from.
  /// - Throws: where a file is no tokenizer that can be read.
  func tokenizer(for corpus: Corpus, training: Range<Int>, threads: Int) throws -> any Tokenizer {
    switch self {
    case .bytes: ByteTokenizer()
    case .characters: CharacterTokenizer.train(on: [corpus.bytes, Corpus.lineEnd])
    case .bytePairs(let size):
      ByteLevelBPE.train(
        on: corpus.documents(in: training).map(Array.init), vocabularySize: size, specialTokens: [Self.endOfText],
        threads: threads)
    case .file(let path): try TokenizerFile.read(path: path)
    }
  }
}
