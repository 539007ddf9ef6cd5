/// A strict reader of JSON from files that may be damaged or hostile (RFC 8259).
///
/// Stricter than the standard's minimum: a repeated key is an error, nesting is limited, text must be UTF-8.
public struct JSONParser {
  /// Where and why the text is not acceptable JSON.
  public struct Failure: Error {
    public let offset: Int
    public let reason: String
  }

  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private var depth = 0
  private let maximumDepth: Int

  /// Parses all of `bytes` as one value; spaces, tabs and line ends may surround it.
  public static func parse(_ bytes: ArraySlice<UInt8>, maximumDepth: Int) throws(Failure) -> JSONValue {
    var parser = JSONParser(bytes: bytes, position: bytes.startIndex, maximumDepth: maximumDepth)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == bytes.endIndex else { throw parser.failure("text after the value") }
    return value
  }

  private init(bytes: ArraySlice<UInt8>, position: Int, maximumDepth: Int) {
    self.bytes = bytes
    self.position = position
    self.maximumDepth = maximumDepth
  }

  private mutating func value() throws(Failure) -> JSONValue {
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try nested { parser throws(Failure) in try parser.object() }
    case UInt8(ascii: "["): return try nested { parser throws(Failure) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .boolean(true))
    case UInt8(ascii: "f"): return try literal("false", .boolean(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(Failure) -> JSONValue
  ) throws(Failure) -> JSONValue {
    guard depth < maximumDepth else { throw failure("more than \(maximumDepth) levels of nesting") }
    depth += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func object() throws(Failure) -> JSONValue {
    try expect("{")
    var members: [String: JSONValue] = [:]
    skipSpace()
    if accept("}") { return .object(members) }
    repeat {
      skipSpace()
      let start = position
      let key = try string()
      skipSpace()
      try expect(":")
      guard members.updateValue(try value(), forKey: key) == nil else {
        throw Failure(offset: start - bytes.startIndex, reason: "the key '\(key)' stands twice")
      }
      skipSpace()
    } while accept(",")
    try expect("}")
    return .object(members)
  }

  private mutating func array() throws(Failure) -> JSONValue {
    try expect("[")
    var elements: [JSONValue] = []
    skipSpace()
    if accept("]") { return .array(elements) }
    repeat {
      elements.append(try value())
      skipSpace()
    } while accept(",")
    try expect("]")
    return .array(elements)
  }

  private mutating func number() throws(Failure) -> JSONValue {
    let start = position
    let isNegative = accept("-")
    let leading = peek
    try digits()
    if leading == UInt8(ascii: "0") && position - start > (isNegative ? 2 : 1) {
      throw failure("a number with a leading zero")
    }
    var isWhole = true
    if accept(".") {
      isWhole = false
      try digits()
    }
    if accept("e") || accept("E") {
      isWhole = false
      if !accept("+") { _ = accept("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let integer = Int(text) { return .integer(integer) }
    if isWhole, let unsigned = UInt64(text) { return .unsigned(unsigned) }
    guard let number = Double(text), number.isFinite else { throw failure("a number out of range") }
    return .number(number)
  }

  private mutating func digits() throws(Failure) {
    guard let first = peek, isDigit(first) else { throw failure("a value was expected") }
    while let byte = peek, isDigit(byte) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(Failure) -> JSONValue {
    for index in 0..<text.utf8CodeUnitCount {
      guard peek == text.utf8Start[index] else { throw failure("a value was expected") }
      position += 1
    }
    return value
  }
}

// MARK: - Strings

extension JSONParser {
  private mutating func string() throws(Failure) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw failure("text that is not UTF-8") }
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw failure("a control character in a string")
      default: text.append(byte)
      }
    }
    throw failure("the text ends inside a string")
  }

  private mutating func escape(into text: inout [UInt8]) throws(Failure) {
    guard let byte = peek else { throw failure("the text ends inside a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(try escapedScalar()).utf8)
    default: throw failure("an unknown escape")
    }
  }

  /// The scalar of `\uXXXX`, or of the two that make up a surrogate pair.
  private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
    let first = try hexadecimalUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard UTF16.isLeadSurrogate(UInt16(first)), accept("\\"), accept("u") else {
      throw failure("half a surrogate pair")
    }
    let second = try hexadecimalUnit()
    guard UTF16.isTrailSurrogate(UInt16(second)),
      let scalar = Unicode.Scalar(0x10000 + ((first & 0x3FF) << 10 | (second & 0x3FF)))
    else { throw failure("half a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimalUnit() throws(Failure) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("four hexadecimal digits were expected")
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }
}

// MARK: - Single bytes

extension JSONParser {
  private var peek: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
  }

  private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws(Failure) {
    guard accept(scalar) else { throw failure("'\(scalar)' was expected") }
  }

  private func failure(_ reason: String) -> Failure { Failure(offset: position - bytes.startIndex, reason: reason) }
}
