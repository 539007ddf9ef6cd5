/// The files that a tokenizer was read from, for it to be saved as it was.
struct TokenizerSource: Sendable {
  struct File: Sendable {
    let name: String
    let content: [UInt8]
  }

  let files: [File]
}

/// A tokenizer that can be saved.
protocol SavedTokenizer {
  /// What a folder gets: a `tokenizer.json` first, if it can be one.
  func files() -> [TokenizerSource.File]
}

extension PipelineTokenizer: SavedTokenizer {
  func files() -> [TokenizerSource.File] { source.files }
}
