import KernelInterface

/// T5's samples (Raffel et al., "Exploring the limits of transfer learning with a unified text-to-text transformer", 2020,
/// section 3.1.4): spans are cut out of a text, three tokens long on average, 15% of it in all. The encoder reads what is left,
/// with a sentinel in the place of each span; the decoder writes the spans, each behind its sentinel.
///
///     text     Thank you for inviting me to your party last week
///     source   Thank you <0> me to your party <1> week </s>
///     tokens   <s> <0> for inviting <1> last
///     labels   <0> for inviting <1> last </s>
///
/// How many tokens and spans there are follows from the text's length, so all samples have the same shape. Where the spans lie is
/// drawn as in T5's `random_spans_noise_mask`: both what is left and what is cut out fall into as many pieces, every way of
/// cutting being as likely, and they alternate, beginning with what is left.
public struct SpanCorruption: Hashable, Sendable {
  /// What stands for each span, in order; at least as many as spans.
  public let sentinels: [Int32]
  /// What the decoder reads first.
  public let start: Int32
  /// The end of what the encoder reads, and of what the decoder writes.
  public let end: Int32
  /// Of the text.
  public let length: Int

  private static let density = 0.15
  private static let meanSpan = 3.0

  /// - Parameter length: at least 2.
  public init(length: Int, sentinels: [Int32], start: Int32, end: Int32) {
    precondition(length >= 2, "spans cannot be cut out of \(length) tokens")
    precondition(
      sentinels.count >= Self.spanCount(length: length), "\(sentinels.count) sentinels for texts of \(length) tokens")
    (self.length, self.sentinels, self.start, self.end) = (length, sentinels, start, end)
  }

  /// Tokens that are cut out of a text.
  static func noiseCount(length: Int) -> Int { min(max(Int((Double(length) * density).rounded()), 1), length - 1) }

  static func spanCount(length: Int) -> Int {
    let noise = noiseCount(length: length)
    return min(max(Int((Double(noise) / meanSpan).rounded()), 1), length - noise)
  }

  /// Tokens that the encoder reads.
  public var sourceCount: Int { length - Self.noiseCount(length: length) + Self.spanCount(length: length) + 1 }

  /// Tokens that the decoder reads, and writes.
  public var targetCount: Int { Self.noiseCount(length: length) + Self.spanCount(length: length) + 1 }

  /// The sample of `length` tokens of text.
  public func sample(of text: [Int32], key: RandomKey) -> TokenSample {
    precondition(text.count == length, "\(text.count) tokens where \(length) were expected")
    let noise = Self.noiseCount(length: length)
    let spans = Self.spanCount(length: length)
    let kept = Self.pieces(of: length - noise, count: spans, key: key.derived(0))
    let cut = Self.pieces(of: noise, count: spans, key: key.derived(1))
    var (source, labels): ([Int32], [Int32]) = ([], [])
    var place = 0
    for span in 0..<spans {
      source += text[place..<place + kept[span]] + [sentinels[span]]
      place += kept[span]
      labels += [sentinels[span]] + text[place..<place + cut[span]]
      place += cut[span]
    }
    source.append(end)
    labels.append(end)
    return TokenSample(tokens: [start] + labels.dropLast(), labels: labels, source: source)
  }

  /// `total` elements in `count` pieces of one or more, every way as likely: the cuts are some of the places between two.
  private static func pieces(of total: Int, count: Int, key: RandomKey) -> [Int] {
    let order = KeyedPermutation(count: total - 1, key: key)
    let ends = (0..<count - 1).map { order[$0] + 1 }.sorted() + [total]
    return zip([0] + ends, ends).map { $1 - $0 }
  }
}
