/// A strict reader of JSON from files that may be damaged or hostile (RFC 8259).
///
/// Stricter than the standard's minimum: a repeated key is an error, nesting is limited, text must be UTF-8. A
/// vocabulary of 20 MB takes about half a second.
public struct JSONParser {
  /// Where and why the text is not acceptable JSON.
  public struct Failure: Error {
    /// In bytes from the beginning of the text.
    public let offset: Int
    public let reason: String
  }

  let bytes: ArraySlice<UInt8>
  var position: Int
  private var depth = 0
  private let maximumDepth: Int

  /// Parses all of `bytes` as one value; spaces, tabs and line ends may surround it.
  public static func parse(_ bytes: ArraySlice<UInt8>, maximumDepth: Int) throws(Failure) -> JSONValue {
    try JSONValue(parseExactly(bytes, maximumDepth: maximumDepth))
  }

  /// The same with members in their order and strings as bytes, for texts where an accent's spelling matters.
  public static func parseExactly(_ bytes: ArraySlice<UInt8>, maximumDepth: Int) throws(Failure) -> JSONNode {
    if let offset = offsetOfInvalidUTF8(in: bytes) { throw Failure(offset: offset, reason: "text that is not UTF-8") }
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

  /// One look at the whole text, so that no string in it has to be looked at again.
  private static func offsetOfInvalidUTF8(in bytes: ArraySlice<UInt8>) -> Int? {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
      return nil
    } catch {
      return error.byteOffsets.lowerBound
    }
  }

  private mutating func value() throws(Failure) -> JSONNode {
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
    _ body: (inout JSONParser) throws(Failure) -> JSONNode
  ) throws(Failure) -> JSONNode {
    guard depth < maximumDepth else { throw failure("more than \(maximumDepth) levels of nesting") }
    depth += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func object() throws(Failure) -> JSONNode {
    try expect("{")
    var members: [JSONNode.Member] = []
    var names = SeenNames()
    skipSpace()
    if accept("}") { return .object(members) }
    repeat {
      skipSpace()
      let offset = position - bytes.startIndex
      let name = try string()
      guard names.insert(name, beside: members) else {
        let key = String(decoding: name, as: UTF8.self)
        throw Failure(offset: offset, reason: "the key '\(key)' stands twice")
      }
      skipSpace()
      try expect(":")
      members.append(JSONNode.Member(name: name, value: try value(), offset: offset))
      skipSpace()
    } while accept(",")
    try expect("}")
    return .object(members)
  }

  private mutating func array() throws(Failure) -> JSONNode {
    try expect("[")
    var elements: [JSONNode] = []
    skipSpace()
    if accept("]") { return .array(elements) }
    repeat {
      elements.append(try value())
      skipSpace()
    } while accept(",")
    try expect("]")
    return .array(elements)
  }

  private mutating func literal(_ text: StaticString, _ value: JSONNode) throws(Failure) -> JSONNode {
    for index in 0..<text.utf8CodeUnitCount {
      guard peek == text.utf8Start[index] else { throw failure("a value was expected") }
      position += 1
    }
    return value
  }
}

/// The names an object has so far: a few are compared one by one, many go into a set.
private struct SeenNames {
  private var set: Set<[UInt8]> = []

  /// Whether `name` is new; `members` are those before it.
  mutating func insert(_ name: [UInt8], beside members: [JSONNode.Member]) -> Bool {
    if members.count < 8 { return !members.contains { $0.name == name } }
    if set.isEmpty { set = Set(members.map(\.name)) }
    return set.insert(name).inserted
  }
}

// MARK: - Single bytes

extension JSONParser {
  var peek: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
  }

  mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ scalar: Unicode.Scalar) throws(Failure) {
    guard accept(scalar) else { throw failure("'\(scalar)' was expected") }
  }

  func failure(_ reason: String) -> Failure { Failure(offset: position - bytes.startIndex, reason: reason) }
}
