/// Token sequences that go through a language model together, and the tokens they should be predicted to go on with.
public struct TokenBatch: Sendable {
  /// [sequences, time], row by row.
  public let tokens: [Int32]
  /// The token after each, in the same places.
  public let following: [Int32]
  public let sequences: Int
  public let time: Int

  /// - Parameter windows: [sequences, time + 1], row by row: each row's first `time` tokens are read, its last `time` are
  ///   predicted.
  public init(windows: [Int32], sequences: Int) {
    precondition(
      sequences > 0 && windows.count % sequences == 0 && windows.count / sequences >= 2,
      "\(windows.count) tokens for \(sequences) windows of two tokens or more")
    let width = windows.count / sequences
    self.sequences = sequences
    time = width - 1
    var (tokens, following): ([Int32], [Int32]) = ([], [])
    tokens.reserveCapacity(sequences * (width - 1))
    following.reserveCapacity(sequences * (width - 1))
    for start in stride(from: 0, to: windows.count, by: width) {
      tokens += windows[start..<start + width - 1]
      following += windows[start + 1..<start + width]
    }
    self.tokens = tokens
    self.following = following
  }
}
