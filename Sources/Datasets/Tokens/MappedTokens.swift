/// A stretch of the tokens in some files, one after another.
struct MappedTokens: Sendable {
  private struct Piece {
    let file: TokenFile
    /// The places in the file.
    let range: Range<Int>
    /// Where the piece begins among the tokens of all pieces.
    let start: Int
  }

  private var pieces: [Piece] = []
  private(set) var count = 0

  /// - Parameter range: places in the files together; all by default.
  init(_ files: [TokenFile], range: Range<Int>? = nil) {
    var start = 0
    for file in files {
      let wanted = (range ?? 0..<Int.max).clamped(to: start..<start + file.count)
      if !wanted.isEmpty {
        pieces.append(Piece(file: file, range: wanted.lowerBound - start..<wanted.upperBound - start, start: count))
        count += wanted.count
      }
      start += file.count
    }
  }

  /// Calls `body` with every token at `range`, in order.
  func forEach(_ range: Range<Int>, _ body: (UInt32) -> Void) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "tokens \(range) of \(count)")
    // The last piece that begins at the range or before it.
    var (low, high) = (0, pieces.count)
    while low + 1 < high {
      let middle = (low + high) / 2
      if pieces[middle].start <= range.lowerBound { low = middle } else { high = middle }
    }
    for piece in pieces[low...] {
      let wanted = range.clamped(to: piece.start..<piece.start + piece.range.count)
      if wanted.isEmpty { return }
      let shift = piece.range.lowerBound - piece.start
      piece.file.forEach(wanted.lowerBound + shift..<wanted.upperBound + shift, body)
    }
  }
}
