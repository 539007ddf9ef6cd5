import CYAML

/// Builds the nodes of one YAML document out of libyaml's events.
///
/// Anchors, aliases, tags, several documents, duplicate keys and keys that are not plain words are refused:
/// a configuration needs none of them, and each can make a file say something other than what the eye reads.
struct YAMLComposer: ~Copyable {
  /// Nesting beyond this is an error; no configuration comes near it.
  static let maximumDepth = 16
  /// More keys in one mapping, or more values in the whole document, are an error for the same reason.
  static let maximumKeys = 256
  static let maximumNodes = 16_384

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let start: SourceLocation
  private var nodes = 0

  /// Composes `text`, whose first character is at `start`. Where `start` has no line, every node is at `start` itself.
  /// Returns `nil` for a text without any content.
  static func compose(_ text: String, at start: SourceLocation) throws(ConfigurationError) -> YAMLNode? {
    var text = text
    // libyaml reads from this buffer until the document ends, which is inside the closure.
    let result = text.withUTF8 { bytes in
      Result { () throws(ConfigurationError) in
        var composer = try YAMLComposer(reading: bytes, at: start)
        return try composer.document()
      }
    }
    return try result.get()
  }

  private init(reading bytes: UnsafeBufferPointer<UInt8>, at start: SourceLocation) throws(ConfigurationError) {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw ConfigurationError("\(start.name): no memory left to read it", exitStatus: .systemError)
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    self.parser = parser
    self.start = start
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  private mutating func document() throws(ConfigurationError) -> YAMLNode? {
    _ = try nextEvent()  // the start of the stream
    guard case .documentStart = try nextEvent().kind else { return nil }
    let root = try node(after: try nextEvent(), depth: 0)
    _ = try nextEvent()  // the end of the document
    let following = try nextEvent()
    guard case .streamEnd = following.kind else {
      throw error("a second document begins here", at: following, remedy: "Keep one document in the file.")
    }
    return root
  }

  private mutating func node(after event: Event, depth: Int) throws(ConfigurationError) -> YAMLNode {
    guard depth < Self.maximumDepth else {
      throw error("nested more than \(Self.maximumDepth) levels deep", at: event)
    }
    nodes += 1
    guard nodes <= Self.maximumNodes else {
      throw error("more than \(Self.maximumNodes) values: not a configuration", at: event)
    }
    switch event.kind {
    case .scalar(let text, let isPlain):
      return YAMLNode(content: .scalar(text: text, isPlain: isPlain), location: event.location)
    case .sequenceStart:
      return YAMLNode(content: .sequence(try elements(depth: depth)), location: event.location)
    case .mappingStart:
      return YAMLNode(content: .mapping(try entries(depth: depth)), location: event.location)
    case .documentStart, .streamEnd, .end, .other:
      throw error("a value was expected here", at: event)
    }
  }

  private mutating func elements(depth: Int) throws(ConfigurationError) -> [YAMLNode] {
    var elements: [YAMLNode] = []
    while true {
      let event = try nextEvent()
      if case .end = event.kind { return elements }
      elements.append(try node(after: event, depth: depth + 1))
    }
  }

  private mutating func entries(depth: Int) throws(ConfigurationError) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    while true {
      let event = try nextEvent()
      if case .end = event.kind { return entries }
      guard case .scalar(let key, _) = event.kind else {
        throw error("a key must be a single word", at: event)
      }
      guard entries.count < Self.maximumKeys else {
        throw error("more than \(Self.maximumKeys) keys in one mapping: not a configuration", at: event)
      }
      if let first = entries.first(where: { $0.key == key }) {
        throw error(
          "the key '\(key)' is given twice", at: event,
          remedy: "It is first given at \(first.keyLocation.lineDescription); remove one of the two.")
      }
      let value = try node(after: try nextEvent(), depth: depth + 1)
      entries.append(YAMLNode.Entry(key: key, keyLocation: event.location, value: value))
    }
  }

  private func error(_ problem: String, at event: Event, remedy: String? = nil) -> ConfigurationError {
    ConfigurationError("\(event.location.columnDescription): \(problem)", remedy: remedy)
  }
}

extension YAMLComposer {
  /// What a node is built from. Ends of sequences and mappings are alike: libyaml has already checked that they pair.
  private struct Event {
    enum Kind {
      case documentStart, streamEnd, sequenceStart, mappingStart, end, other
      case scalar(String, isPlain: Bool)
    }
    var kind: Kind
    var location: SourceLocation
  }

  private func nextEvent() throws(ConfigurationError) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
    defer { yaml_event_delete(&event) }
    let here = location(event.start_mark)
    return Event(kind: try kind(of: event, at: here), location: here)
  }

  private func kind(of event: yaml_event_t, at location: SourceLocation) throws(ConfigurationError) -> Event.Kind {
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      try refuse(anchor: scalar.anchor, tag: scalar.tag, at: location)
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      return .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
    case YAML_SEQUENCE_START_EVENT:
      try refuse(anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag, at: location)
      return .sequenceStart
    case YAML_MAPPING_START_EVENT:
      try refuse(anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag, at: location)
      return .mappingStart
    case YAML_ALIAS_EVENT:
      throw anchorError(at: location)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_STREAM_END_EVENT: return .streamEnd
    default: return .other
    }
  }

  private func refuse(
    anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?, at location: SourceLocation
  ) throws(ConfigurationError) {
    if anchor != nil { throw anchorError(at: location) }
    if tag != nil {
      throw ConfigurationError(
        "\(location.columnDescription): tags (!name) are not supported here",
        remedy: "Remove the tag; quote the value if it is a text that begins with '!'.")
    }
  }

  private func anchorError(at location: SourceLocation) -> ConfigurationError {
    ConfigurationError(
      "\(location.columnDescription): anchors (&name) and aliases (*name) are not supported here",
      remedy: "Write the value out; quote it if it is a text that begins with '&' or '*'.")
  }

  /// libyaml's own words for the problem, at the place where it noticed it.
  private func syntaxError() -> ConfigurationError {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "unreadable"
    guard parser.pointee.error != YAML_READER_ERROR else {
      return ConfigurationError("\(start.name): not a YAML text: \(problem) at byte \(parser.pointee.problem_offset)")
    }
    let place = location(parser.pointee.problem_mark).columnDescription
    if problem.contains("cannot start any token") {
      return ConfigurationError(
        "\(place): not YAML: this character cannot begin a value",
        remedy: "Indent with spaces, never tabs; quote a text that begins with @, ` or %.")
    }
    return ConfigurationError("\(place): not YAML: \(problem)")
  }

  private func location(_ mark: yaml_mark_t) -> SourceLocation {
    guard let line = start.line, let column = start.column else { return start }
    return SourceLocation(
      name: start.name, line: line + Int(mark.line), column: column + Int(mark.column), directory: start.directory)
  }
}
