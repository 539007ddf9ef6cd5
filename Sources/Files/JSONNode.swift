/// A JSON value as it stands in its text: members in their order, strings as their exact bytes.
///
/// ``JSONValue`` is the comfortable form. Its dictionary takes keys that are canonically equivalent (`é` as one scalar
/// or as two) for the same one, which a vocabulary of tokens must not.
public enum JSONNode: Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  /// Only values that `Int` cannot hold.
  case unsigned(UInt64)
  case number(Double)
  /// Always UTF-8.
  case string([UInt8])
  case array([JSONNode])
  /// No two members have the same bytes as names.
  case object([Member])

  public struct Member: Sendable {
    public let name: [UInt8]
    public let value: JSONNode
    /// Where the name begins in the text, in bytes; 0 for a member that was never read.
    public let offset: Int

    public init(name: [UInt8], value: JSONNode, offset: Int = 0) {
      self.name = name
      self.value = value
      self.offset = offset
    }
  }

  /// An object with these members, in this order.
  public static func object(_ members: KeyValuePairs<String, JSONNode>) -> JSONNode {
    .object(members.map { Member(name: Array($0.key.utf8), value: $0.value) })
  }

  /// A string.
  public static func text(_ text: String) -> JSONNode { .string(Array(text.utf8)) }
}

extension JSONNode {
  /// The member of that name; `nil` where there is none or this is no object.
  ///
  /// - Complexity: O(members): for settings, not for vocabularies.
  public subscript(_ name: String) -> JSONNode? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name.elementsEqual(name.utf8) }?.value
  }

  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  public var boolean: Bool? {
    if case .boolean(let value) = self { value } else { nil }
  }

  public var integer: Int? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// A number of any kind.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  public var bytes: [UInt8]? {
    if case .string(let bytes) = self { bytes } else { nil }
  }

  public var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

  public var elements: [JSONNode]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  public var members: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }
}

extension JSONValue {
  /// The same value with strings for names; throws where two names of one object are canonically equivalent.
  init(_ node: JSONNode) throws(JSONParser.Failure) {
    switch node {
    case .null: self = .null
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .integer(value)
    case .unsigned(let value): self = .unsigned(value)
    case .number(let value): self = .number(value)
    case .string(let bytes): self = .string(String(decoding: bytes, as: UTF8.self))
    case .array(let elements):
      var values: [JSONValue] = []
      values.reserveCapacity(elements.count)
      for element in elements { values.append(try JSONValue(element)) }
      self = .array(values)
    case .object(let members):
      var values: [String: JSONValue] = [:]
      for member in members {
        let name = String(decoding: member.name, as: UTF8.self)
        guard values.updateValue(try JSONValue(member.value), forKey: name) == nil else {
          throw JSONParser.Failure(offset: member.offset, reason: "the key '\(name)' stands twice")
        }
      }
      self = .object(values)
    }
  }
}

extension JSONNode {
  /// The same value, members in the order of their names' UTF-8 bytes, so that the same value is the same text.
  public init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .integer(value)
    case .unsigned(let value): self = .unsigned(value)
    case .number(let value): self = .number(value)
    case .string(let text): self = .text(text)
    case .array(let elements): self = .array(elements.map { JSONNode($0) })
    case .object(let members):
      let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      self = .object(sorted.map { Member(name: Array($0.key.utf8), value: JSONNode($0.value)) })
    }
  }
}
