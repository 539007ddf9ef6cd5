extension JSONValue {
  /// The value as the text of a file: indented by two, keys in the order of their UTF-8 bytes, so that the same value is the same
  /// text. Floating-point numbers keep their point, for readers that tell 1.0 from 1.
  public var fileText: [UInt8] { Array(text(indentation: "").utf8) + [UInt8(ascii: "\n")] }

  private func text(indentation: String) -> String {
    switch self {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .number(let value): value.isFinite ? "\(value)" : "\"\(value)\""
    case .string(let value): Self.quoted(value)
    case .array(let elements):
      Self.list("[", elements.map { $0.text(indentation: indentation + "  ") }, "]", indentation)
    case .object(let members):
      Self.list(
        "{",
        members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
          .map { "\(Self.quoted($0.key)): \($0.value.text(indentation: indentation + "  "))" }, "}", indentation)
    }
  }

  private static func list(_ begin: String, _ items: [String], _ end: String, _ indentation: String) -> String {
    guard !items.isEmpty else { return begin + end }
    let separator = "\n\(indentation)  "
    return begin + separator + items.joined(separator: "," + separator) + "\n\(indentation)" + end
  }

  /// A text as a JSON string, in quotation marks.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<"\u{10}": result += "\\u000" + String(scalar.value, radix: 16)
      case "\u{10}"..<" ": result += "\\u00" + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
