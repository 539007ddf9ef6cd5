import KernelInterface

/// The masked language model's samples (Devlin, Chang, Lee and Toutanova, "BERT: Pre-training of deep bidirectional transformers
/// for language understanding", 2019, section 3.1): of all tokens 15% are chosen, and are to be told from what is around them.
/// Of those, 80% are hidden behind a mask, 10% become any token, and 10% stay as they are.
public struct TokenMasking: Hashable, Sendable {
  /// What a hidden token becomes.
  public var mask: Int32
  /// In front of every sample; `nil`: nothing.
  public var first: Int32?
  /// Behind every sample.
  public var last: Int32?
  /// Any token is below it.
  public var vocabularySize: Int
  /// Tokens that are never chosen.
  public var special: Set<Int32>

  private static let rate = 0.15
  private static let masked = 0.8
  private static let replaced = 0.1

  public init(mask: Int32, first: Int32? = nil, last: Int32? = nil, vocabularySize: Int, special: Set<Int32> = []) {
    self.mask = mask
    self.first = first
    self.last = last
    self.vocabularySize = vocabularySize
    self.special = special
  }

  /// Tokens of a sample beside those of the text.
  var frameCount: Int { (first == nil ? 0 : 1) + (last == nil ? 0 : 1) }

  /// The sample of a stretch of text.
  ///
  /// 15% of its tokens that are not special, rounded, and at least one where there is any, have labels.
  public func sample(of text: [Int32], key: RandomKey) -> TokenSample {
    var tokens = text
    var labels = [Int32](repeating: TokenSample.unlabelled, count: text.count)
    let candidates = text.indices.filter { !special.contains(text[$0]) }
    let chosen = candidates.isEmpty ? 0 : max(1, Int((Self.rate * Double(candidates.count)).rounded()))
    let order = KeyedPermutation(count: candidates.count, key: key.derived(0))
    let (kinds, replacements) = (key.derived(1), key.derived(2))
    for number in 0..<chosen {
      let place = candidates[order[number]]
      labels[place] = text[place]
      let kind = Double(kinds.bits(at: number)) * 0x1p-32
      if kind < Self.masked {
        tokens[place] = mask
      } else if kind < Self.masked + Self.replaced {
        tokens[place] = Int32(replacements.number(below: vocabularySize, at: number))
      }
    }
    if let first {
      tokens.insert(first, at: 0)
      labels.insert(TokenSample.unlabelled, at: 0)
    }
    if let last {
      tokens.append(last)
      labels.append(TokenSample.unlabelled)
    }
    return TokenSample(tokens: tokens, labels: labels)
  }
}

extension RandomKey {
  /// A number in `0..<bound` (D. Lemire, "Fast random integer generation in an interval", 2019, without the rejection: no
  /// number is likelier than another by more than `bound` / 2^32).
  func number(below bound: Int, at element: Int) -> Int {
    Int(UInt64(bits(at: element)) * UInt64(bound) >> 32)
  }
}
