extension PreTokenPattern {
  /// The pattern that a regular expression in a file stands for; `nil` for all but those that are written as scanners here.
  init?(regularExpression: String) {
    let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    let letters = #"[^\r\n\p{L}\p{N}]?\p{L}+"#
    let rest = #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    switch regularExpression {
    case #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
      #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#:
      self = .gpt2
    case "\(contractions)|\(letters)|\\p{N}{1,3}|\(rest)": self = .cl100k(digits: 3)
    case "\(contractions)|\(letters)|\\p{N}|\(rest)": self = .cl100k(digits: 1)
    default: return nil
    }
  }
}

/// Where a word of ``PreTokenPattern/cl100k(digits:)`` ends: the alternatives in their order.
func endOfCL100KWord(in text: Span<UInt8>, from start: Int, digits: Int) -> Int {
  if text[start] == UInt8(ascii: "'"), let end = endOfAnyCaseContraction(in: text, from: start) { return end }
  let (first, length) = classify(text, at: start)
  let next = start + length
  switch first {
  case .letter: return endOfRun(of: .letter, in: text, from: next)
  case .number: return endOfNumber(in: text, from: next, digits: digits - 1)
  case .other, .whitespace: break
  }
  if next < text.count {
    let (second, secondLength) = classify(text, at: next)
    if second == .letter, !isLineEnd(text[start]) { return endOfRun(of: .letter, in: text, from: next + secondLength) }
    if text[start] == 0x20, second == .other { return endOfSigns(in: text, from: next + secondLength) }
  }
  if first == .other { return endOfSigns(in: text, from: next) }
  return endOfSpacesWithLineEnds(in: text, from: start)
}

private func endOfNumber(in text: Span<UInt8>, from start: Int, digits: Int) -> Int {
  var position = start
  for _ in 0..<digits where position < text.count {
    let (next, length) = classify(text, at: position)
    if next != .number { break }
    position += length
  }
  return position
}

private func endOfSigns(in text: Span<UInt8>, from start: Int) -> Int {
  var position = endOfRun(of: .other, in: text, from: start)
  while position < text.count, isLineEnd(text[position]) { position += 1 }
  return position
}

/// `\s*[\r\n]+|\s+(?!\S)|\s+`: white space up to its last line end; without one as GPT-2 has it.
private func endOfSpacesWithLineEnds(in text: Span<UInt8>, from start: Int) -> Int {
  var position = start
  var end = start
  while position < text.count {
    let (next, length) = classify(text, at: position)
    if next != .whitespace { break }
    position += length
    if isLineEnd(text[position - length]) { end = position }
  }
  return end > start ? end : endOfSpaces(in: text, from: start)
}

private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)`; a long s, U+017F, is an s in any case.
private func endOfAnyCaseContraction(in text: Span<UInt8>, from start: Int) -> Int? {
  guard start + 1 < text.count else { return nil }
  let second = text[start + 1] | 0x20
  switch second {
  case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
  default: break
  }
  guard start + 2 < text.count else { return nil }
  if text[start + 1] == 0xC5, text[start + 2] == 0xBF { return start + 3 }
  switch (second, text[start + 2] | 0x20) {
  case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
    (UInt8(ascii: "l"), UInt8(ascii: "l")):
    return start + 3
  default: return nil
  }
}
