extension JSONNode {
  /// The value as JSON text, indented by two spaces, which is how Python's `json` and Hugging Face's tools write it.
  public func serialized() -> [UInt8] {
    var text: [UInt8] = []
    write(to: &text, indentation: 0)
    text.append(UInt8(ascii: "\n"))
    return text
  }

  private func write(to text: inout [UInt8], indentation: Int) {
    switch self {
    case .null: text += "null".utf8
    case .boolean(let value): text += (value ? "true" : "false").utf8
    case .integer(let value): text += String(value).utf8
    case .unsigned(let value): text += String(value).utf8
    case .number(let value):
      precondition(value.isFinite, "JSON has no \(value)")
      text += String(value).utf8
    case .string(let bytes): Self.write(string: bytes, to: &text)
    case .array(let elements):
      Self.write(elements, between: ("[", "]"), to: &text, indentation: indentation) { element, text in
        element.write(to: &text, indentation: indentation + 2)
      }
    case .object(let members):
      Self.write(members, between: ("{", "}"), to: &text, indentation: indentation) { member, text in
        Self.write(string: member.name, to: &text)
        text += ": ".utf8
        member.value.write(to: &text, indentation: indentation + 2)
      }
    }
  }

  private static func write<Part>(
    _ parts: [Part], between brackets: (Unicode.Scalar, Unicode.Scalar), to text: inout [UInt8], indentation: Int,
    _ writePart: (Part, inout [UInt8]) -> Void
  ) {
    text.append(UInt8(ascii: brackets.0))
    for (index, part) in parts.enumerated() {
      text += (index == 0 ? "\n" : ",\n").utf8
      text += repeatElement(0x20, count: indentation + 2)
      writePart(part, &text)
    }
    if !parts.isEmpty {
      text.append(UInt8(ascii: "\n"))
      text += repeatElement(0x20, count: indentation)
    }
    text.append(UInt8(ascii: brackets.1))
  }

  private static func write(string bytes: [UInt8], to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        text.append(UInt8(ascii: "\\"))
        text.append(byte)
      case 0x0A: text += "\\n".utf8
      case 0x0D: text += "\\r".utf8
      case 0x09: text += "\\t".utf8
      case 0..<0x20:
        text += "\\u00".utf8
        if byte < 0x10 { text.append(UInt8(ascii: "0")) }
        text += String(byte, radix: 16).utf8
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}
