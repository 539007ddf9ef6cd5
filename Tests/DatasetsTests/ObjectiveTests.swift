import Failures
import KernelInterface
import TestSupport
import Testing
import Tokenizers

@testable import Datasets

@Suite("Masked tokens and cut-out spans")
struct ObjectiveTests {
  private let text = (0..<1000).map { Int32($0 % 97) }

  // MARK: - Masks

  @Test("15% of the tokens have labels, which are the tokens themselves; of those 80% are masked, 10% any, 10% kept")
  func shares() {
    let masking = TokenMasking(mask: 200, vocabularySize: 97)
    var (masked, kept, replaced) = (0, 0, 0)
    for seed in 0..<40 {
      let sample = masking.sample(of: text, key: RandomKey(seed: UInt64(seed)))
      let labelled = sample.labels.indices.filter { sample.labels[$0] != TokenSample.unlabelled }
      #expect(labelled.count == 150)
      for place in text.indices {
        if sample.labels[place] == TokenSample.unlabelled {
          #expect(sample.tokens[place] == text[place])
          continue
        }
        #expect(sample.labels[place] == text[place])
        switch sample.tokens[place] {
        case 200: masked += 1
        case text[place]: kept += 1
        default:
          replaced += 1
          #expect((0..<97).contains(sample.tokens[place]))
        }
      }
    }
    // Of 6,000; three deviations of a binomial are 93 and 70.
    #expect(abs(masked - 4800) < 93 && abs(kept - 600 - 6) < 70 && abs(replaced - 600 + 6) < 70)
  }

  @Test("every place is chosen as often as any other, and another key chooses others")
  func places() {
    let masking = TokenMasking(mask: 200, vocabularySize: 97)
    var counts = [Int](repeating: 0, count: 100)
    for seed in 0..<2000 {
      let sample = masking.sample(of: Array(text.prefix(100)), key: RandomKey(seed: UInt64(seed)))
      for place in 0..<100 where sample.labels[place] >= 0 { counts[place] += 1 }
    }
    #expect(counts.allSatisfy { abs($0 - 300) < 80 }, "five deviations of a binomial: \(counts)")
    let key = RandomKey(seed: 1)
    #expect(masking.sample(of: text, key: key) == masking.sample(of: text, key: key))
    #expect(masking.sample(of: text, key: key) != masking.sample(of: text, key: RandomKey(seed: 2)))
  }

  @Test("special tokens are never chosen, and stand around the text")
  func special() {
    let masking = TokenMasking(mask: 4, first: 2, last: 3, vocabularySize: 50, special: [0, 2, 3])
    let text: [Int32] = [0, 10, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0]
    for seed in 0..<20 {
      let sample = masking.sample(of: text, key: RandomKey(seed: UInt64(seed)))
      #expect(sample.tokens.count == 14 && sample.tokens.first == 2 && sample.tokens.last == 3)
      let labelled = sample.labels.filter { $0 != TokenSample.unlabelled }
      #expect(labelled == [10] || labelled == [11], "one of two is 15%, at least one")
    }
    let none = masking.sample(of: [0, 0], key: RandomKey(seed: 1))
    #expect(none.tokens == [2, 0, 0, 3] && none.labels == [-1, -1, -1, -1])
  }

  // MARK: - Spans

  /// What the encoder and the decoder have, put together again.
  private func restored(_ sample: TokenSample, _ corruption: SpanCorruption) -> [Int32] {
    var spans: [Int32: [Int32]] = [:]
    var current: Int32 = -1
    for token in sample.labels.dropLast() {
      if corruption.sentinels.contains(token) { current = token } else { spans[current, default: []].append(token) }
    }
    return sample.source.dropLast().flatMap { corruption.sentinels.contains($0) ? spans[$0] ?? [] : [$0] }
  }

  @Test("source and target together are the text, 15% of it in the target, in spans of three on average")
  func spans() {
    let corruption = SpanCorruption(length: 200, sentinels: (0..<20).map { 999 - $0 }, start: 500, end: 501)
    let text = Array(text.prefix(200))
    var lengths: [Int] = []
    for seed in 0..<50 {
      let sample = corruption.sample(of: text, key: RandomKey(seed: UInt64(seed)))
      #expect(sample.source.count == 200 - 30 + 10 + 1 && corruption.sourceCount == sample.source.count)
      #expect(sample.labels.count == 30 + 10 + 1 && corruption.targetCount == sample.labels.count)
      #expect(sample.source.last == 501 && sample.labels.last == 501)
      #expect(sample.tokens == [500] + sample.labels.dropLast())
      #expect(sample.source.filter { $0 >= 900 } == (0..<10).map { 999 - $0 }, "sentinels descend, in order")
      #expect(sample.labels.first == 999 && sample.source.first != 999, "what is left begins")
      #expect(restored(sample, corruption) == text)
      let starts = sample.labels.indices.filter { sample.labels[$0] >= 900 } + [40]
      lengths += zip(starts, starts.dropFirst()).map { $1 - $0 - 1 }
    }
    #expect(lengths.reduce(0, +) == 50 * 30 && lengths.min() == 1 && (lengths.max() ?? 0) > 6)
    let key = RandomKey(seed: 9)
    #expect(corruption.sample(of: text, key: key) == corruption.sample(of: text, key: key))
    #expect(corruption.sample(of: text, key: key) != corruption.sample(of: text, key: RandomKey(seed: 10)))
  }

  @Test("every way of cutting is as likely: two spans of four tokens are 1 + 3, 2 + 2 or 3 + 1")
  func pieces() {
    // 26 tokens: 4 are cut out, in one span; 40: 6 in 2 spans.
    let corruption = SpanCorruption(length: 40, sentinels: [900, 899], start: 0, end: 1)
    var counts: [Int: Int] = [:]
    for seed in 0..<3000 {
      let labels = corruption.sample(of: Array(2..<42), key: RandomKey(seed: UInt64(seed))).labels
      counts[(labels.firstIndex(of: 899) ?? 0) - 1, default: 0] += 1
    }
    #expect(counts.keys.sorted() == [1, 2, 3, 4, 5])
    #expect(counts.values.allSatisfy { abs($0 - 600) < 110 }, "five deviations: \(counts)")
  }

  @Test("the shortest texts still lose a token and keep one", arguments: 2...12)
  func short(length: Int) {
    let corruption = SpanCorruption(length: length, sentinels: [99], start: 97, end: 98)
    let sample = corruption.sample(of: Array(0..<Int32(length)), key: RandomKey(seed: 3))
    #expect(restored(sample, corruption) == Array(0..<Int32(length)))
    #expect(sample.source.count + sample.labels.count == length + 4)
  }

  // MARK: - Texts

  private func text(_ objective: TextObjective.Kind, context: Int) throws -> LoadedText {
    try LoadedText(
      Corpus([(0..<200).map { UInt8($0) }], origin: "a"), tokenizer: .bytes,
      LoadedText.Options(context: context, validation: 0, test: 0, objective: objective), threads: 1)
  }

  @Test("tokens that the vocabulary lacks are added behind it, sentinels downwards from its end")
  func added() throws {
    let masked = try text(.masked, context: 20).training
    #expect(masked.vocabularySize == 257 && masked.count == 10)
    guard case .masked(let masking) = masked.objective else { throw Surprise() }
    #expect(masking.mask == 256 && masking.vocabularySize == 256)
    #expect(masked.window(9) == Array(180..<200))

    let spans = try text(.spans, context: 100).training
    guard case .spans(let corruption) = spans.objective else { throw Surprise() }
    #expect(corruption.start == 256 && corruption.end == 257 && corruption.sentinels == [262, 261, 260, 259, 258])
    #expect(spans.vocabularySize == 263 && spans.count == 2)
  }

  @Test("samples of a text differ by their numbers, and are the same for the same number and key")
  func samples() throws {
    let text = try text(.masked, context: 20).training
    func places(_ number: Int, _ seed: UInt64) -> [Int] {
      let sample = text.sample(number, key: RandomKey(seed: seed))
      return sample.labels.indices.filter { sample.labels[$0] >= 0 }
    }
    #expect(places(0, 1) == places(0, 1) && places(0, 1).count == 3)
    #expect(Set((0..<10).map { places($0, 1) }).count > 5)
    #expect(Set((0..<10).map { places(0, $0) }).count > 5)
  }

  @Test("a context that leaves no text is refused")
  func tooShort() throws {
    for (kind, context, least) in [(TextObjective.Kind.masked, 1, 2), (.spans, 1, 2)] {
      let error = try #require(throws: DatasetError.self) { try text(kind, context: context) }
      #expect(error.message == "data.context \(context) leaves no text to read")
      #expect(error.remedy == "Give at least \(least)." && error.exitStatus == .configuration)
    }
  }

  private struct Surprise: Error {}
}
