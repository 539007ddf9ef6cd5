import Failures

/// Reads one section from a mapping. Every key must be declared, of its type, permitted, and fit the section's kind.
struct ConfigurationDecoder: FieldVisitor {
  typealias Failure = ConfigurationError

  /// The dotted name of the section, empty for the whole configuration.
  private let section: String
  private let location: SourceLocation
  private let entries: [YAMLNode.Entry]
  /// Where each key that was given was given, by its dotted name.
  private(set) var locations: [String: SourceLocation] = [:]

  static func decode<Section: ConfigurationSection>(
    _: Section.Type, from node: YAMLNode, name: String = ""
  ) throws(ConfigurationError) -> (Section, locations: [String: SourceLocation]) {
    var decoder = try ConfigurationDecoder(node, name: name)
    var section = Section()
    try decoder.refuseUnknownKeys(declared: KeyNames.of(Section.self))
    try section.visitFields(&decoder)
    return (section, decoder.locations)
  }

  private init(_ node: YAMLNode, name: String) throws(ConfigurationError) {
    section = name
    location = node.location
    switch node.content {
    case .mapping(let entries): self.entries = entries
    case .scalar("", isPlain: true): entries = []  // a section whose keys are all commented out
    default:
      let subject = name.isEmpty ? "the configuration" : name
      throw ConfigurationError(
        "\(node.location.lineDescription): \(subject) is \(node.foundDescription), but must be a mapping",
        remedy: "Write lines of the form 'key: value'.")
    }
  }

  private func refuseUnknownKeys(declared: [String]) throws(ConfigurationError) {
    for entry in entries where !declared.contains(entry.key) {
      throw ConfigurationError(
        "\(entry.keyLocation.lineDescription): unknown key '\(entry.key)'" + (section.isEmpty ? "" : " in \(section)"),
        remedy: suggestion(for: entry.key, among: declared) ?? "Known here: \(declared.joined(separator: ", ")).")
    }
  }

  private func dotted(_ key: String) -> String { section.isEmpty ? key : "\(section).\(key)" }

  /// The value given for `key`, noting its place.
  private mutating func node(_ key: String) -> YAMLNode? {
    guard let entry = entries.first(where: { $0.key == key }) else { return nil }
    locations[dotted(key)] = entry.keyLocation
    return entry.value
  }

  mutating func visit<Value: ConfigurationValue>(
    _ field: Field<Value>, _ value: inout Value
  ) throws(ConfigurationError) {
    guard let node = try node(for: field) else { return }
    value = try decoded(node, field)
  }

  mutating func visit<Value: ConfigurationValue>(
    _ field: Field<Value>, optional value: inout Value?
  ) throws(ConfigurationError) {
    guard let node = try node(for: field) else { return }
    value = node.plainText == field.wordForNil ? nil : try decoded(node, field)
  }

  mutating func visit<Section: ConfigurationSection>(
    section key: String, _ section: inout Section, isRequired: Bool
  ) throws(ConfigurationError) {
    guard let node = node(key) else {
      guard isRequired else { return }
      throw missing("section", key, remedy: "Known there: \(KeyNames.of(Section.self).joined(separator: ", ")).")
    }
    section = try decodedSection(node, key)
  }

  mutating func visit<Section: ConfigurationSection>(
    optionalSection key: String, _ section: inout Section?, effect: FieldEffect, fits fit: FieldFit
  ) throws(ConfigurationError) {
    guard let node = node(key) else { return }
    try require(fit, of: key)
    section = node.plainText == "none" ? nil : try decodedSection(node, key)
  }

  private mutating func decodedSection<Section: ConfigurationSection>(
    _ node: YAMLNode, _ key: String
  ) throws(ConfigurationError) -> Section {
    let (section, inner) = try Self.decode(Section.self, from: node, name: dotted(key))
    locations.merge(inner) { $1 }
    return section
  }

  private mutating func node<Value: ConfigurationValue>(
    for field: Field<Value>
  ) throws(ConfigurationError) -> YAMLNode? {
    guard let node = node(field.key) else {
      guard field.isRequired && field.fit.holds else { return nil }
      throw missing("key", field.key, remedy: "It must be \(requirement(field)).")
    }
    try require(field.fit, of: field.key)
    return node
  }

  private func require(_ fit: FieldFit, of key: String) throws(ConfigurationError) {
    guard !fit.holds else { return }
    throw ConfigurationError(
      "\(place(of: key)): '\(key)' does not fit \(section).\(fit.key) '\(fit.actualKind)'",
      remedy: "Remove it; it goes with \(fit.key): \(fit.kinds).")
  }

  private func decoded<Value: ConfigurationValue>(
    _ node: YAMLNode, _ field: Field<Value>
  ) throws(ConfigurationError) -> Value {
    guard let value = Value(node), field.permitted.contains(value) else {
      throw ConfigurationError(
        "\(place(of: field.key)): \(dotted(field.key)) is \(node.foundDescription), but must be \(requirement(field))",
        remedy: node.plainText.flatMap { suggestion(for: $0, among: Value.words) })
    }
    return value
  }

  /// `a whole number, at least 1, or auto`
  private func requirement<Value: ConfigurationValue>(_ field: Field<Value>) -> String {
    let parts = [Value.expectation, field.permitted.description].filter { !$0.isEmpty }
    return parts.joined(separator: ", ") + (field.wordForNil.map { ", or \($0)" } ?? "")
  }

  private func missing(_ what: String, _ key: String, remedy: String) -> ConfigurationError {
    ConfigurationError(
      "\(location.lineDescription): the \(what) '\(key)' is missing" + (section.isEmpty ? "" : " in \(section)"),
      remedy: remedy)
  }

  private func place(of key: String) -> String { (locations[dotted(key)] ?? location).lineDescription }
}

/// `did you mean 'lanes'?`, or `nil` where nothing is near.
private func suggestion(for word: String, among known: [String]) -> String? {
  nearestName(to: word, among: known).map { "did you mean '\($0)'?" }
}

/// Lists the keys that a section declares.
private struct KeyNames: FieldVisitor {
  typealias Failure = Never

  private var keys: [String] = []

  static func of<Section: ConfigurationSection>(_: Section.Type) -> [String] {
    var names = KeyNames()
    var section = Section()
    section.visitFields(&names)
    return names.keys
  }

  mutating func visit<Value: ConfigurationValue>(_ field: Field<Value>, _ value: inout Value) {
    keys.append(field.key)
  }

  mutating func visit<Value: ConfigurationValue>(_ field: Field<Value>, optional value: inout Value?) {
    keys.append(field.key)
  }

  mutating func visit<Section: ConfigurationSection>(
    section key: String, _ section: inout Section, isRequired: Bool
  ) {
    keys.append(key)
  }

  mutating func visit<Section: ConfigurationSection>(
    optionalSection key: String, _ section: inout Section?, effect: FieldEffect, fits fit: FieldFit
  ) {
    keys.append(key)
  }
}
