/// Byte-pair encoding as SentencePiece and llama2.c have it: merges by the score of what they make.
///
/// A space goes in front of the text, which is then taken as one word: characters that the vocabulary lacks become their
/// bytes' tokens, and as long as two neighbours make a token, the pair whose token has the highest score (of several
/// the leftmost) becomes that token. Decoding leaves that first space out.
public struct SentencePieceBPE: Tokenizer {
  /// `<s>`, which begins every text the model was trained on.
  public let beginOfText: Int32? = 1
  public var endOfText: Int32? { 2 }
  public var frame: TokenFrame { TokenFrame(before: [1]) }

  let pieces: TokenTable
  let scores: [Float]

  /// - Parameters:
  ///   - pieces: tokens as bytes, with spaces for `▁`: unknown, begin and end of text, then the 256 bytes.
  ///   - scores: the higher, the more urgent.
  init(pieces: [[UInt8]], scores: [Float]) {
    precondition(pieces.count >= Self.firstCharacter && pieces.count == scores.count)
    // Three control tokens and the bytes' names are no text.
    var contents = pieces
    for byte in UInt8.min...UInt8.max { contents[Self.byteToken(byte)] = [byte] }
    self.pieces = TokenTable(contents) { Int($0) >= Self.firstCharacter }
    self.scores = scores
  }

  static let firstByte = 3
  static let firstCharacter = 259

  static func byteToken(_ byte: UInt8) -> Int { firstByte + Int(byte) }

  public var vocabularySize: Int { pieces.count }

  public func encode(_ text: [UInt8]) -> [Int32] {
    if text.isEmpty { return [] }
    let text = [0x20] + text
    var word = ScoredWord(text: text)
    var position = 0
    while position < text.count {
      let length = decodeScalar(text.span, at: position).length
      let id = pieces.id(of: text.span.extracting(position..<position + length))
      if id >= 0 {
        word.append(id, length: length)
      } else {
        for byte in text[position..<position + length] { word.append(Int32(Self.byteToken(byte)), length: 1) }
      }
      position += length
    }
    return word.merged(pieces: pieces, scores: scores)
  }

  public func decode(_ ids: [Int32]) -> [UInt8] {
    var text: [UInt8] = []
    for id in ids where Int(id) >= Self.firstByte { text += pieces.bytes(of: id) }
    if text.first == 0x20 { text.removeFirst() }
    return text
  }
}

/// A word whose neighbouring tokens merge where their bytes are a token.
private struct ScoredWord {
  let text: [UInt8]
  private var symbols: [Int32] = []
  private var starts: [Int] = [0]

  init(text: [UInt8]) { self.text = text }

  mutating func append(_ id: Int32, length: Int) {
    symbols.append(id)
    starts.append((starts.last ?? 0) + length)
  }

  /// A merge that could be done. The smallest goes first.
  private struct Candidate: Comparable {
    let score: Float
    let left: Int
    let end: Int
    let merged: Int32

    static func < (a: Candidate, b: Candidate) -> Bool {
      a.score != b.score ? a.score > b.score : a.left < b.left
    }
  }

  func merged(pieces: TokenTable, scores: [Float]) -> [Int32] {
    var symbols = symbols
    // The symbol that follows each, and the one before it; those merged into another are -1.
    var next = Array(1...max(symbols.count, 1))
    var previous = symbols.indices.map { $0 - 1 }
    var queue = Heap<Candidate>()
    func enqueue(_ left: Int, _ right: Int) {
      let end = right < symbols.count ? next[right] : right
      guard left >= 0, right < symbols.count else { return }
      let id = pieces.id(of: text.span.extracting(starts[left]..<starts[end]))
      if id >= 0 { queue.push(Candidate(score: scores[Int(id)], left: left, end: end, merged: id)) }
    }
    for left in symbols.indices { enqueue(left, left + 1) }
    while let candidate = queue.pop() {
      let left = candidate.left
      // Gone where one of the two was merged with another neighbour since.
      guard symbols[left] >= 0, next[left] < symbols.count, next[next[left]] == candidate.end else { continue }
      symbols[next[left]] = -1
      symbols[left] = candidate.merged
      next[left] = candidate.end
      if candidate.end < symbols.count { previous[candidate.end] = left }
      enqueue(previous[left], left)
      enqueue(left, candidate.end)
    }
    return symbols.filter { $0 >= 0 }
  }
}
