/// The words of a text that were merged lately, and where their tokens lie: texts repeat their words, and to copy tokens is
/// several times quicker than to merge bytes again.
///
/// Each word has one place by its hash, and the later one takes it. Words and tokens are kept as ranges of the text and of the
/// list of tokens that it becomes, so nothing is copied or allocated for them.
struct RecentWords {
  private struct Entry {
    var word = 0..<0
    var tokens = 0..<0
  }

  private static let mostEntries = 4096
  private var entries: [Entry]

  /// - Parameter byteCount: of the text.
  init(textOf byteCount: Int) {
    var capacity = 1
    while capacity < Self.mostEntries, capacity * 16 < byteCount { capacity *= 2 }
    entries = [Entry](repeating: Entry(), count: capacity)
  }

  /// Where the tokens lie of a word equal to that at `word`; empty where it is not known.
  @inline(__always)
  func tokens(of word: Range<Int>, in text: Span<UInt8>, hash: UInt64) -> Range<Int> {
    let entry = entries[place(hash)]
    guard entry.word.count == word.count else { return 0..<0 }
    for offset in 0..<word.count
    where text[entry.word.lowerBound + offset] != text[word.lowerBound + offset] { return 0..<0 }
    return entry.tokens
  }

  @inline(__always)
  mutating func remember(_ word: Range<Int>, tokens: Range<Int>, hash: UInt64) {
    entries[place(hash)] = Entry(word: word, tokens: tokens)
  }

  @inline(__always)
  private func place(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (entries.count - 1) }
}
