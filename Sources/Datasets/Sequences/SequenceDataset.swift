import Tokenizers

/// Texts of different lengths, each a sample: answers to instructions, or messages that are to be classified.
///
/// Samples that go through a model together are padded behind their own tokens to one length.
public struct SequenceDataset: Sendable {
  /// What should be said about the texts.
  public enum Targets: Hashable, Sendable {
    /// At each token of each text what follows it, or `TokenSample.unlabelled`.
    case tokens([[Int32]])
    /// The class of each text, by its place among the names.
    case classes([Int32], names: [String])
  }

  /// The tokens of each text, at least one and at most as many as the context.
  public let sequences: [[Int32]]
  public let targets: Targets
  public let context: Int
  /// Every token is below it.
  public let vocabularySize: Int
  public let tokenizer: any Tokenizer
  public let origin: String
  /// What whoever trains should know about texts that were cut or left out.
  public let notes: [String]

  /// Stands behind a text; nobody sees it.
  static let padding: Int32 = 0

  init(
    _ sequences: [[Int32]], _ targets: Targets, context: Int, tokenizer: any Tokenizer, origin: String, notes: [String]
  ) {
    precondition(sequences.allSatisfy { !$0.isEmpty && $0.count <= context }, "a text of no tokens or too many")
    self.sequences = sequences
    self.targets = targets
    self.context = context
    vocabularySize = tokenizer.vocabularySize
    self.tokenizer = tokenizer
    self.origin = origin
    self.notes = notes
  }

  public var count: Int { sequences.count }

  /// Some texts, padded to one length.
  public struct Rows: Hashable, Sendable {
    /// [texts, time], row by row.
    public var tokens: [Int32] = []
    /// As many; all `TokenSample.unlabelled` where texts have classes.
    public var labels: [Int32] = []
    /// How many tokens of each row are the text's own.
    public var lengths: [Int] = []
    /// Of each text; empty where tokens are predicted.
    public var classes: [Int32] = []
  }

  /// The texts `numbers`, as long as the longest of them rounded up to a multiple of 16, but no longer than the context: short
  /// texts cost little, and few shapes come up. The length is part of the shape that the order of sums follows from.
  public func rows(_ numbers: some Collection<Int>) -> Rows {
    let longest = numbers.map { sequences[$0].count }.max() ?? 0
    let time = min(context, (longest + 15) / 16 * 16)
    var rows = Rows()
    for number in numbers {
      let own = sequences[number]
      rows.tokens += own + repeatElement(Self.padding, count: time - own.count)
      rows.lengths.append(own.count)
      switch targets {
      case .tokens(let labels):
        rows.labels += labels[number] + repeatElement(TokenSample.unlabelled, count: time - own.count)
      case .classes(let classes, _):
        rows.labels += repeatElement(TokenSample.unlabelled, count: time)
        rows.classes.append(classes[number])
      }
    }
    return rows
  }

  /// A number that tells other samples or another vocabulary from these, as `Dataset.fingerprint`.
  public var fingerprint: UInt64 {
    var hash = Fingerprint()
    func mix(_ lists: [[Int32]]) {
      for list in lists {
        hash.mix(UInt32(list.count))
        for value in list { hash.mix(UInt32(bitPattern: value)) }
      }
    }
    mix(sequences)
    switch targets {
    case .tokens(let labels): mix(labels)
    case .classes(let classes, let names):
      mix([classes])
      for byte in names.joined(separator: "\n").utf8 { hash.mix(UInt32(byte)) }
    }
    hash.mix(UInt32(context))
    hash.mix(tokenizer)
    return hash.value
  }

  /// The tokenizer for texts, learnt from all of them where it is to be learnt.
  static func tokenizer(
    _ choice: TokenizerChoice, for texts: [[UInt8]], threads: Int, origin: String
  ) throws -> any Tokenizer {
    let corpus = Corpus(texts, origin: origin)
    return try choice.tokenizer(for: corpus, training: 0..<corpus.bytes.count, threads: threads)
  }
}
