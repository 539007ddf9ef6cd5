/// The keys of a configuration with their values, in the order of declaration; keys that do not fit are left out.
struct ConfigurationListing: FieldVisitor {
  typealias Failure = Never

  struct Entry: Sendable {
    var path: [String]
    var yaml: String
    var effect: FieldEffect

    var key: String { path.joined(separator: ".") }
  }

  private(set) var entries: [Entry] = []
  private var prefix: [String] = []

  init(of section: some ConfigurationSection) {
    var section = section
    section.visitFields(&self)
  }

  /// A YAML text that reads back as the same values.
  var yaml: String {
    var text = ""
    var open: [String] = []
    for entry in entries {
      let section = Array(entry.path.dropLast())
      let shared = zip(open, section).prefix { $0 == $1 }.count
      for depth in shared..<max(shared, section.count) {
        text += String(repeating: "  ", count: depth) + section[depth] + ":\n"
      }
      open = section
      text += String(repeating: "  ", count: section.count) + "\(entry.path.last ?? ""): \(entry.yaml)\n"
    }
    return text
  }

  mutating func visit<Value: ConfigurationValue>(_ field: Field<Value>, _ value: inout Value) {
    list(field, value.yaml)
  }

  mutating func visit<Value: ConfigurationValue>(_ field: Field<Value>, optional value: inout Value?) {
    list(field, value?.yaml ?? field.wordForNil ?? "")
  }

  mutating func visit<Section: ConfigurationSection>(
    section key: String, _ section: inout Section, isRequired: Bool
  ) {
    prefix.append(key)
    section.visitFields(&self)
    prefix.removeLast()
  }

  mutating func visit<Section: ConfigurationSection>(
    optionalSection key: String, _ section: inout Section?, effect: FieldEffect, fits fit: FieldFit
  ) {
    guard fit.holds else { return }
    if var present = section {
      visit(section: key, &present, isRequired: false)
    } else {
      entries.append(Entry(path: prefix + [key], yaml: "none", effect: effect))
    }
  }

  private mutating func list<Value>(_ field: Field<Value>, _ yaml: String) {
    guard field.fit.holds else { return }
    entries.append(Entry(path: prefix + [field.key], yaml: yaml, effect: field.effect))
  }
}
