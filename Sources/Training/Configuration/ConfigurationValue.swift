/// A type that a configuration key can have: read from a YAML node, written as YAML text that reads back equal.
protocol ConfigurationValue: Equatable, Sendable {
  /// What an error says was expected: `a whole number`.
  static var expectation: String { get }
  /// The words among which a misspelt one is looked for; empty where there is no such list.
  static var words: [String] { get }

  /// `nil` where the node is not such a value.
  init?(_ node: YAMLNode)
  var yaml: String { get }
}

extension ConfigurationValue {
  static var words: [String] { [] }
}

extension Int: ConfigurationValue {
  static var expectation: String { "a whole number" }

  init?(_ node: YAMLNode) {
    guard let text = node.plainText, let value = Int(text) else { return nil }
    self = value
  }

  var yaml: String { description }
}

extension Bool: ConfigurationValue {
  static var expectation: String { "true or false" }

  init?(_ node: YAMLNode) {
    switch node.plainText {
    case "true": self = true
    case "false": self = false
    default: return nil
    }
  }

  var yaml: String { description }
}

extension UInt64: ConfigurationValue {
  static var expectation: String { "a whole number from 0 to \(UInt64.max)" }

  init?(_ node: YAMLNode) {
    guard let text = node.plainText, let value = UInt64(text) else { return nil }
    self = value
  }

  var yaml: String { description }
}

/// Decimal notation only: `0.001`, `1e-3`. Infinity, NaN and hexadecimal are not numbers here.
extension Double: ConfigurationValue {
  static var expectation: String { "a number" }

  init?(_ node: YAMLNode) {
    guard let text = node.plainText, text.utf8.allSatisfy(Double.decimalCharacters.contains),
      let value = Double(text), value.isFinite
    else { return nil }
    self = value
  }

  private static var decimalCharacters: [UInt8] { Array("0123456789+-.eE".utf8) }

  /// The shortest decimal that reads back as the same bits.
  var yaml: String { description }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
  static var expectation: String { "a list like [a, b], each element \(Element.expectation)" }

  init?(_ node: YAMLNode) {
    guard case .sequence(let nodes) = node.content else { return nil }
    self = nodes.compactMap(Element.init)
    guard count == nodes.count else { return nil }
  }

  var yaml: String { "[" + map(\.yaml).joined(separator: ", ") + "]" }
}

/// A text that is not empty.
extension String: ConfigurationValue {
  static var expectation: String { "a text" }

  init?(_ node: YAMLNode) {
    guard case .scalar(let text, _) = node.content, !text.isEmpty else { return nil }
    self = text
  }

  var yaml: String { quotedWhereNeeded(self) }
}

/// One of a fixed set of words; the raw value is the word in the file.
protocol ConfigurationChoice: ConfigurationValue, CaseIterable, RawRepresentable<String> {}

extension ConfigurationChoice {
  static var expectation: String { "one of " + words.joined(separator: ", ") }
  static var words: [String] { allCases.map(\.rawValue) }

  init?(_ node: YAMLNode) {
    guard case .scalar(let text, _) = node.content else { return nil }
    self.init(rawValue: text)
  }

  var yaml: String { rawValue }
}

/// A path made absolute: in a file it is relative to that file, in a `--set` option to the working directory.
public struct ResolvedPath: ConfigurationValue {
  public let string: String

  static var expectation: String { "a path" }

  init(_ string: String) { self.string = string }

  init?(_ node: YAMLNode) {
    guard case .scalar(let text, _) = node.content, !text.isEmpty else { return nil }
    string = text.hasPrefix("/") ? text : node.location.directory + "/" + text
  }

  var yaml: String { quotedWhereNeeded(string) }
}

/// A column of a CSV file.
public enum Column: ConfigurationValue {
  case last
  /// Counted from 1.
  case number(Int)
  case name(String)

  static var expectation: String { "a column's name, its number from 1, or last" }

  init?(_ node: YAMLNode) {
    guard case .scalar(let text, let isPlain) = node.content, !text.isEmpty else { return nil }
    switch (isPlain, Int(text)) {
    case (true, _) where text == "last": self = .last
    case (true, let number?):
      guard number >= 1 else { return nil }
      self = .number(number)
    default: self = .name(text)
    }
  }

  var yaml: String {
    switch self {
    case .last: "last"
    case .number(let number): number.description
    case .name(let name): name == "last" ? "\"last\"" : quotedWhereNeeded(name)
    }
  }
}

/// `text` as a YAML scalar: bare where it is made of letters, `_`, `-`, `.` and `/` with digits inside, else in double quotes.
private func quotedWhereNeeded(_ text: String) -> String {
  let isBare =
    text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "_-./0123456789".unicodeScalars.contains($0))
    }
    && text.unicodeScalars.first.map { $0.properties.isAlphabetic || $0 == "/" } == true
  guard !isBare else { return text }
  let escaped = text.unicodeScalars.map { scalar in
    switch scalar {
    case "\"", "\\": "\\\(scalar)"
    case _
    where scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) || scalar == "\u{2028}" || scalar == "\u{2029}"
      || scalar == "\u{feff}":
      "\\u" + String(String(scalar.value + 0x10000, radix: 16).dropFirst())
    default: String(scalar)
    }
  }
  return "\"" + escaped.joined() + "\""
}
