/// A pattern that cuts a text into words, none of which a token crosses.
///
/// Each is a scanner written by hand for one regular expression; a byte that is no UTF-8 counts as a character that is
/// neither letter nor number nor space. The words of a text, joined, are the text.
enum PreTokenPattern: Hashable, Sendable {
  /// GPT-2: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
  case gpt2
  /// GPT-4's cl100k, and with it Llama 3 and OLMo 2: letters take one sign or space in front along, numbers are cut into
  /// groups of so many digits, line ends stay with the signs or spaces before them.
  ///
  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
  case cl100k(digits: Int)
  /// The whole text is one word.
  case wholeText

  /// Where the word ends that begins at `start`, which is below the text's length.
  @inline(__always)
  func endOfWord(in text: Span<UInt8>, from start: Int) -> Int {
    switch self {
    case .gpt2: endOfGPT2Word(in: text, from: start)
    case .cl100k(let digits): endOfCL100KWord(in: text, from: start, digits: digits)
    case .wholeText: text.count
    }
  }
}

private func endOfGPT2Word(in text: Span<UInt8>, from start: Int) -> Int {
  let first = text[start]
  if first == UInt8(ascii: "'"), let end = endOfContraction(in: text, from: start) { return end }
  var position = start
  if first == 0x20, start + 1 < text.count { position += 1 }
  let (wordClass, length) = classify(text, at: position)
  if wordClass == .whitespace { return endOfSpaces(in: text, from: start) }
  return endOfRun(of: wordClass, in: text, from: position + length)
}

/// `'s|'t|'re|'ve|'m|'ll|'d`
private func endOfContraction(in text: Span<UInt8>, from start: Int) -> Int? {
  guard start + 1 < text.count else { return nil }
  let second = text[start + 1]
  switch second {
  case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
  default: break
  }
  guard start + 2 < text.count else { return nil }
  let third = text[start + 2]
  switch (second, third) {
  case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
    (UInt8(ascii: "l"), UInt8(ascii: "l")):
    return start + 3
  default: return nil
  }
}

@inline(__always)
func endOfRun(of wordClass: CharacterClass, in text: Span<UInt8>, from start: Int) -> Int {
  var position = start
  while position < text.count {
    let (next, length) = classify(text, at: position)
    if next != wordClass { break }
    position += length
  }
  return position
}

/// `\s+(?!\S)|\s+` at a space: all spaces where the text ends behind them; else all but the last, which belongs to the
/// next word; a space alone is a word.
func endOfSpaces(in text: Span<UInt8>, from start: Int) -> Int {
  var position = start
  var last = start
  while position < text.count {
    let (next, length) = classify(text, at: position)
    if next != .whitespace { return last > start ? last : position }
    last = position
    position += length
  }
  return position
}
