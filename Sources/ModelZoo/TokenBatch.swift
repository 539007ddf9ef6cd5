/// Token sequences that go through a language model together, and what should be predicted for them.
public struct TokenBatch: Sendable {
  /// The label of a token for which nothing is predicted.
  public static let ignored: Int32 = -1

  /// [sequences, time], row by row.
  public let tokens: [Int32]
  /// What should be predicted at each token, or `ignored`: the token after it, or the one that was masked; [sequences, time].
  public let labels: [Int32]
  public let sequences: Int
  public let time: Int
  /// How many tokens of each sequence are there; the rest is padding, which nobody sees. `nil`: all.
  public let lengths: [Int]?
  /// What the encoder of an encoder-decoder reads; `tokens` are the decoder's.
  public let source: Source?

  /// The sequences an encoder reads, [sequences, time] row by row, with as many tokens of each as `lengths` says.
  public struct Source: Sendable {
    public let tokens: [Int32]
    public let time: Int
    public let lengths: [Int]?

    public init(tokens: [Int32], time: Int, lengths: [Int]? = nil) {
      self.tokens = tokens
      self.time = time
      self.lengths = lengths
    }
  }

  /// - Parameters:
  ///   - tokens: [sequences, time]
  ///   - labels: as many.
  public init(tokens: [Int32], labels: [Int32], sequences: Int, lengths: [Int]? = nil, source: Source? = nil) {
    precondition(
      sequences > 0 && !tokens.isEmpty && tokens.count % sequences == 0,
      "\(tokens.count) tokens for \(sequences) sequences")
    precondition(labels.count == tokens.count, "\(labels.count) labels for \(tokens.count) tokens")
    precondition(
      lengths.map { $0.count == sequences } ?? true, "\(lengths?.count ?? 0) lengths of \(sequences) sequences")
    precondition(
      source.map { $0.tokens.count == sequences * $0.time } ?? true,
      "\(source?.tokens.count ?? 0) tokens for \(sequences) sequences of an encoder")
    self.tokens = tokens
    self.labels = labels
    self.sequences = sequences
    time = tokens.count / sequences
    self.lengths = lengths
    self.source = source
  }

  /// - Parameter windows: [sequences, time + 1], row by row: each row's first `time` tokens are read, its last `time` are
  ///   predicted.
  public init(windows: [Int32], sequences: Int) {
    precondition(
      sequences > 0 && windows.count % sequences == 0 && windows.count / sequences >= 2,
      "\(windows.count) tokens for \(sequences) windows of two tokens or more")
    let width = windows.count / sequences
    var (tokens, labels): ([Int32], [Int32]) = ([], [])
    tokens.reserveCapacity(sequences * (width - 1))
    labels.reserveCapacity(sequences * (width - 1))
    for start in stride(from: 0, to: windows.count, by: width) {
      tokens += windows[start..<start + width - 1]
      labels += windows[start + 1..<start + width]
    }
    self.init(tokens: tokens, labels: labels, sequences: sequences)
  }

  /// The tokens for which something is predicted: what the mean loss is a mean over.
  public var predictedCount: Int { labels.count { $0 != Self.ignored } }
}
