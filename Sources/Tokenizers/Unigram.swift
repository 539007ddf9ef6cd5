import Files

/// SentencePiece's unigram language model (Kudo 2018): of all ways to cut a word into tokens the likeliest, by Viterbi.
///
/// A token's score is the logarithm of its probability; scores are added from the word's beginning on, in Float64, and of equal sums
/// the one met first stays. A character that no token covers alone may be unknown, at a score 10 below the lowest;
/// unknown characters in a row are one token, or their bytes' tokens where there are such.
struct Unigram: WordModel {
  let tokens: TokenTable
  private let scores: [Double]
  private let tree: PrefixTree
  private let unknown: Int32
  private let unknownScore: Double
  /// The token of each byte; empty where unknown characters are not cut into bytes.
  private let byteTokens: [Int32]

  /// - Parameter unknown: below the number of tokens.
  init(tokens: [[UInt8]], scores: [Double], unknown: Int32, byteFallback: Bool) {
    let table = TokenTable(tokens)
    self.tokens = table
    self.scores = scores
    tree = PrefixTree(table)
    self.unknown = unknown
    unknownScore = (scores.min() ?? 0) - 10
    byteTokens = byteFallback ? ByteToken.tokens(of: table) : []
  }

  /// The best way to the end of a token: which, where it begins, and what it is worth.
  private struct Arrival {
    var id: Int32 = -1
    var start: Int32 = -1
    var score = 0.0
  }

  func append(_ word: Span<UInt8>, to ids: inout [Int32]) {
    var arrivals = [Arrival](repeating: Arrival(), count: word.count + 1)
    func arrive(_ id: Int32, from start: Int, at end: Int, _ score: Double) {
      guard arrivals[end].start < 0 || score > arrivals[end].score else { return }
      arrivals[end] = Arrival(id: id, start: Int32(start), score: score)
    }
    var start = 0
    while start < word.count {
      let score = arrivals[start].score
      let length = decodeScalar(word, at: start).length
      var isCovered = false
      tree.forEachToken(in: word, from: start) { id, count in
        arrive(id, from: start, at: start + count, score + scores[Int(id)])
        if count == length { isCovered = true }
      }
      if !isCovered { arrive(unknown, from: start, at: start + length, score + unknownScore) }
      start += length
    }
    appendPath(through: arrivals, of: word, to: &ids)
  }

  private func appendPath(through arrivals: [Arrival], of word: Span<UInt8>, to ids: inout [Int32]) {
    var path: [Range<Int>] = []
    var end = word.count
    var wasUnknown = false
    while end > 0 {
      let arrival = arrivals[end]
      let range = Int(arrival.start)..<end
      if arrival.id == unknown, wasUnknown, let last = path.popLast() {
        path.append(range.lowerBound..<last.upperBound)
      } else {
        path.append(range)
      }
      wasUnknown = arrival.id == unknown
      end = range.lowerBound
    }
    for range in path.reversed() {
      let part = word.extracting(range)
      let id = tokens.id(of: part)
      if id >= 0 { ids.append(id) } else { appendUnknown(part, to: &ids) }
    }
  }

  private func appendUnknown(_ part: Span<UInt8>, to ids: inout [Int32]) {
    if byteTokens.isEmpty || part.indices.contains(where: { byteTokens[Int(part[$0])] < 0 }) {
      ids.append(unknown)
    } else {
      for index in part.indices { ids.append(byteTokens[Int(part[index])]) }
    }
  }
}

extension Unigram {
  init(_ file: TokenizerJSON) throws {
    let entries = try file.elements(file.root["model"] ?? .null, "vocab", "model")
    var tokens: [[UInt8]] = []
    var scores: [Double] = []
    var seen: Set<[UInt8]> = []
    for (index, entry) in entries.enumerated() {
      guard let pair = entry.elements, pair.count == 2, let token = pair[0].bytes, let score = pair[1].number else {
        throw file.badContent("model.vocab[\(index)] is not a token and its score")
      }
      guard seen.insert(token).inserted else {
        throw file.badContent("model.vocab[\(index)] is the token '\(String(decoding: token, as: UTF8.self))' again")
      }
      tokens.append(token)
      scores.append(Self.asTheLibraryReads(score))
    }
    let unknown = try file.id(file.model("unk_id"), "model.unk_id")
    guard Int(unknown) < tokens.count else {
      throw file.badContent("model.unk_id is \(unknown), but there are \(tokens.count) tokens")
    }
    self.init(
      tokens: tokens, scores: scores, unknown: unknown, byteFallback: file.model("byte_fallback")?.boolean ?? false)
  }

  /// A score as `tokenizers` reads it, to the bit, so that of two ways that are nearly equal the same one wins.
  ///
  /// Its JSON reader rounds twice: the digits to a Float64, then that times or over a power of ten.
  private static func asTheLibraryReads(_ score: Double) -> Double {
    var digits: UInt64 = 0
    var exponent = 0
    let parts = score.magnitude.description.split(separator: "e")
    guard let mantissa = parts.first, let stated = parts.count == 2 ? Int(parts[1]) : 0 else { return score }
    var isFraction = false
    for byte in mantissa.utf8 {
      guard byte != UInt8(ascii: ".") else {
        isFraction = true
        continue
      }
      // At most 17 digits, but for the zeros of large whole numbers.
      let (shifted, overflows) = digits.multipliedReportingOverflow(by: 10)
      guard !overflows, byte >= UInt8(ascii: "0") else { return score }
      digits = shifted + UInt64(byte - UInt8(ascii: "0"))
      if isFraction { exponent -= 1 }
    }
    exponent += stated
    guard let power = Double("1e\(exponent.magnitude)"), power.isFinite else { return score }
    let magnitude = exponent < 0 ? Double(digits) / power : Double(digits) * power
    return score.sign == .minus ? -magnitude : magnitude
  }
}
