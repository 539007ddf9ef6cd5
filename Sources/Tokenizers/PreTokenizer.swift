/// Cuts normalised texts into words, none of which a token crosses: the `pre_tokenizer` of a tokenizer.json.
indirect enum PreTokenizer: Sendable {
  case sequence([PreTokenizer])
  /// BERT's: words are between white space, and every punctuation character is one.
  case bert
  /// Words are between white space.
  case whitespaceSplit
  /// `\w+|[^\w\s]+`
  case whitespace
  /// Numbers are words, each digit one of its own where it says so; white space stays where it is.
  case digits(individually: Bool)
  /// Every punctuation character is a word; white space stays where it is.
  case punctuation
  case metaspace(Metaspace)

  static let none = PreTokenizer.sequence([])

  /// SentencePiece's way with spaces: they become a visible character, which stays with the word behind it.
  struct Metaspace: Sendable {
    enum PrependScheme: String, Sendable {
      case always, first, never
    }

    /// The character that stands for a space.
    var replacement: [UInt8] = Array("▁".utf8)
    /// Which words get it in front where they do not begin with it: all, or the first of a text.
    var prependScheme = PrependScheme.always
    /// Whether words end in front of it.
    var splits = true
  }

  func applied(to text: CutText) -> CutText {
    switch self {
    case .sequence(let parts): parts.reduce(text) { $1.applied(to: $0) }
    case .bert: text.cutAtWhitespace(andAround: Self.isPunctuation)
    case .whitespaceSplit: text.cutAtWhitespace { _ in false }
    case .whitespace: text.cutIntoWordsAndSigns()
    case .digits(let individually): text.cutAroundNumbers(individually: individually)
    case .punctuation: text.cut(around: Self.isPunctuation)
    case .metaspace(let metaspace): text.withVisibleSpaces(metaspace)
    }
  }

  private static func isPunctuation(_ scalar: UInt32) -> Bool {
    Unicode.Scalar(scalar).map(Unicode8.isPunctuation) ?? false
  }
}

/// A text and where its words are.
struct CutText {
  private(set) var bytes: [UInt8]
  /// None is empty.
  private(set) var words: [Range<Int>]
  /// Whether the first word begins the text that is encoded.
  private var beginsText: Bool

  /// All of a text as one word.
  init(_ bytes: [UInt8], beginsText: Bool) {
    self.bytes = bytes
    words = bytes.isEmpty ? [] : [bytes.indices]
    self.beginsText = beginsText
  }

  /// Cut at white space, which belongs to no word, and around characters that are words by themselves.
  func cutAtWhitespace(andAround isAlone: (UInt32) -> Bool) -> CutText {
    cut { scalar in
      if CharacterClasses.unicode16[scalar] == .whitespace { return .between }
      return isAlone(scalar) ? .alone : .inside(0)
    }
  }

  func cutIntoWordsAndSigns() -> CutText {
    cut { scalar in
      if isWordCharacter(scalar) { return .inside(0) }
      return CharacterClasses.unicode16[scalar] == .whitespace ? .between : .inside(1)
    }
  }

  func cut(around isAlone: (UInt32) -> Bool) -> CutText {
    cut { isAlone($0) ? .alone : .inside(0) }
  }

  func cutAroundNumbers(individually: Bool) -> CutText {
    cut { scalar in
      guard CharacterClasses.unicode16[scalar] == .number else { return .inside(0) }
      return individually ? .alone : .inside(1)
    }
  }

  /// What a character is to words: part of one with those of its kind, a word alone, or none.
  private enum Role: Equatable {
    case inside(Int), alone, between
  }

  private func cut(_ role: (UInt32) -> Role) -> CutText {
    var result = self
    result.words = []
    for word in words {
      var start = word.lowerBound
      var position = start
      var previous = Role.between
      while position < word.upperBound {
        let (scalar, length) = decodeScalar(bytes.span, at: position)
        let next = role(scalar)
        if next != previous || next == .alone {
          if previous != .between, start < position { result.words.append(start..<position) }
          start = position
        }
        previous = next
        position += length
      }
      if previous != .between, start < position { result.words.append(start..<position) }
    }
    result.beginsText = beginsText && result.words.first?.lowerBound == words.first?.lowerBound
    return result
  }

  func withVisibleSpaces(_ metaspace: PreTokenizer.Metaspace) -> CutText {
    var result = CutText([], beginsText: beginsText)
    let mark = metaspace.replacement
    for (number, word) in words.enumerated() {
      let start = result.bytes.count
      let needsMark =
        switch metaspace.prependScheme {
        case .always: true
        case .first: number == 0 && beginsText
        case .never: false
        }
      if needsMark, bytes[word.lowerBound] != 0x20, !bytes[word].starts(with: mark) { result.bytes += mark }
      for byte in bytes[word] {
        if byte == 0x20 { result.bytes += mark } else { result.bytes.append(byte) }
      }
      result.appendWords(from: start, cutBefore: metaspace.splits ? mark : [])
    }
    return result
  }

  /// The bytes from `start` on as words, each ending in front of a mark; an empty mark ends none.
  private mutating func appendWords(from start: Int, cutBefore mark: [UInt8]) {
    var start = start
    for position in start..<bytes.count
    where position > start && bytes[position] == mark.first && bytes[position...].starts(with: mark) {
      words.append(start..<position)
      start = position
    }
    words.append(start..<bytes.count)
  }
}
