/// A token that is looked for in the text itself, before anything else cuts it: `<|endoftext|>`, `[MASK]`, a user's own.
public struct AddedToken: Hashable, Sendable {
  public var content: [UInt8]
  public var id: Int32
  /// Structure, not text: the end of a document, a mask.
  public var isSpecial: Bool
  /// Found only where no word character is beside it.
  public var isSingleWord = false
  /// Takes the spaces in front of it along.
  public var stripsLeft = false
  /// Takes the spaces behind it along.
  public var stripsRight = false
  /// Found in the normalised text rather than in the text as it came.
  public var isNormalized = false

  public init(_ content: String, id: Int32, isSpecial: Bool = true) {
    self.content = Array(content.utf8)
    self.id = id
    self.isSpecial = isSpecial
  }
}

/// The added tokens of a tokenizer: some are looked for in texts as they come, the others in what the normaliser makes of
/// what lies between.
struct AddedTokens: Sendable {
  let tokens: [AddedToken]
  /// Those that are looked for in a text as it came.
  let inText: AddedTokenFinder
  /// Those that are looked for in normalised text.
  let inNormalizedText: AddedTokenFinder

  /// - Parameter normalized: what the normaliser makes of a token's content.
  init(_ tokens: [AddedToken], normalized: ([UInt8]) -> [UInt8] = { $0 }) {
    self.tokens = tokens
    inText = AddedTokenFinder(tokens.filter { !$0.isNormalized })
    inNormalizedText = AddedTokenFinder(
      tokens.filter(\.isNormalized).map { token in
        var token = token
        token.content = normalized(token.content)
        return token
      })
  }

  func id(of content: String) -> Int32? { tokens.first { $0.content.elementsEqual(content.utf8) }?.id }

  /// Calls `body` for each part of a text that needs no normaliser, in order: with an added token's id, or with `nil` for
  /// what lies between. Parts are not empty.
  @inline(__always)
  func forEachPart(of text: Span<UInt8>, _ body: (Span<UInt8>, AddedToken?) -> Void) {
    if tokens.isEmpty {
      if !text.isEmpty { body(text, nil) }
      return
    }
    inText.forEachPart(of: text) { part, _, token in
      if token != nil || inNormalizedText.isEmpty {
        body(part, token)
      } else {
        inNormalizedText.forEachPart(of: part) { inner, _, token in body(inner, token) }
      }
    }
  }
}

/// Finds tokens in texts: the leftmost first, and of several at one place the longest.
struct AddedTokenFinder: Sendable {
  private let tokens: [AddedToken]
  /// For each first byte the tokens that begin with it, longest first.
  private let tokensByFirstByte: [[Int]]
  /// Whether any token begins with a byte.
  private let isFirstByte: [Bool]

  init(_ tokens: [AddedToken]) {
    self.tokens = tokens
    var byFirstByte = [[Int]](repeating: [], count: 256)
    for (index, token) in tokens.enumerated() {
      if let first = token.content.first { byFirstByte[Int(first)].append(index) }
    }
    tokensByFirstByte = byFirstByte.map { indices in
      indices.sorted { (tokens[$1].content.count, $0) < (tokens[$0].content.count, $1) }
    }
    isFirstByte = tokensByFirstByte.map { !$0.isEmpty }
  }

  var isEmpty: Bool { tokens.isEmpty }

  /// Calls `body` for each part of the text in order, and where it begins: with a token, or with `nil` for what lies
  /// between. Parts are not empty.
  func forEachPart(of text: Span<UInt8>, _ body: (Span<UInt8>, Int, AddedToken?) -> Void) {
    var done = 0
    var position = tokens.isEmpty ? text.count : 0
    while position < text.count {
      guard isFirstByte[Int(text[position])], let token = token(in: text, at: position) else {
        position += 1
        continue
      }
      let end = position + token.content.count
      guard !token.isSingleWord || isAlone(position..<end, in: text) else {
        position = end
        continue
      }
      let start = token.stripsLeft ? max(startOfSpaces(in: text, before: position), done) : position
      let stop = token.stripsRight ? endOfRun(of: .whitespace, in: text, from: end) : end
      if done < start { body(text.extracting(done..<start), done, nil) }
      body(text.extracting(start..<stop), start, token)
      done = stop
      position = stop
    }
    if done < text.count { body(text.extracting(done..<text.count), done, nil) }
  }

  private func token(in text: Span<UInt8>, at position: Int) -> AddedToken? {
    for index in tokensByFirstByte[Int(text[position])] {
      let content = tokens[index].content
      guard content.count <= text.count - position else { continue }
      if content.indices.allSatisfy({ text[position + $0] == content[$0] }) { return tokens[index] }
    }
    return nil
  }

  private func isAlone(_ range: Range<Int>, in text: Span<UInt8>) -> Bool {
    if range.upperBound < text.count, isWordCharacter(decodeScalar(text, at: range.upperBound).scalar) { return false }
    guard range.lowerBound > 0 else { return true }
    return !isWordCharacter(decodeScalar(text, at: startOfCharacter(in: text, before: range.lowerBound)).scalar)
  }
}

/// Where the white space begins that ends at `end`.
func startOfSpaces(in text: Span<UInt8>, before end: Int) -> Int {
  var start = end
  while start > 0 {
    let previous = startOfCharacter(in: text, before: start)
    if classify(text, at: previous).class != .whitespace { break }
    start = previous
  }
  return start
}

/// Where the character begins that ends at `end`; a byte alone where no character does.
private func startOfCharacter(in text: Span<UInt8>, before end: Int) -> Int {
  for length in 1...4 where length <= end && decodeScalar(text, at: end - length).length == length {
    if length > 1 || text[end - 1] < 0x80 { return end - length }
  }
  return end - 1
}

/// `\w` (Unicode Technical Standard 18): letters, marks, decimal digits, connectors, joiners.
///
/// Of Unicode 16, as ``CharacterClasses``.
func isWordCharacter(_ value: UInt32) -> Bool {
  guard let properties = Unicode.Scalar(value)?.properties, let age = properties.age, age.major <= 16 else {
    return false
  }
  if properties.isAlphabetic || properties.isJoinControl { return true }
  switch properties.generalCategory {
  case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
  default: return false
  }
}
