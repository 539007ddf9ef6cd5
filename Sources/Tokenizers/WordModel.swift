/// What cuts a word into tokens, or a whole text where nothing cuts it into words: the model of a ``PipelineTokenizer``.
protocol WordModel: Sendable {
  /// The spelling of every token.
  var tokens: TokenTable { get }

  /// Adds the tokens of a word, which is not empty.
  func append(_ word: Span<UInt8>, to ids: inout [Int32])
}
