/// One node of a YAML document, with the place where it was written.
struct YAMLNode: Sendable {
  enum Content: Sendable {
    /// `isPlain` is false for quoted and block text, which is never taken for a number or a word like `none`.
    case scalar(text: String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([Entry])
  }

  /// A key of a mapping and its value, in the order of the file.
  struct Entry: Sendable {
    var key: String
    var keyLocation: SourceLocation
    var value: YAMLNode
  }

  var content: Content
  var location: SourceLocation

  /// The text of a scalar that is neither quoted nor a block.
  var plainText: String? {
    if case .scalar(let text, isPlain: true) = content { text } else { nil }
  }

  /// The node as an error message shows it.
  var foundDescription: String {
    switch content {
    case .scalar("", isPlain: true): "empty"
    case .scalar(let text, isPlain: true): "'\(shortened(text))'"
    case .scalar(let text, isPlain: false): "the text \"\(shortened(text))\""
    case .sequence(let elements): "a list of \(elements.count)"
    case .mapping: "a mapping"
    }
  }

  private func shortened(_ text: String) -> String {
    text.count > 60 ? text.prefix(57) + "..." : text
  }
}
