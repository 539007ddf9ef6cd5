import Files

/// The keys of a `config.json`, or of an object in it, read strictly: what is wrong is named with key and value. A key that is
/// `null` is as one that is not there, as for the Hugging Face libraries.
struct ConfigurationFields {
  let path: String
  private let members: [String: JSONValue]
  /// The keys around this object, each with a dot behind.
  private let prefix: String

  init(path: String, members: [String: JSONValue], prefix: String = "") {
    self.path = path
    self.members = members
    self.prefix = prefix
  }

  subscript(key: String) -> JSONValue? {
    if case .null? = members[key] { nil } else { members[key] }
  }

  /// A whole number of things, 1 at least; so is what stands for it where the file has none, for it may not fit the rest.
  func size(
    _ key: String, default value: Int? = nil, atMost limit: Int
  ) throws(HuggingFaceConfigurationError) -> Int {
    guard let found = self[key] ?? value.map(JSONValue.integer) else {
      throw .missing(path: path, key: prefix + key)
    }
    guard case .integer(let size) = found, (1...limit).contains(size) else {
      throw bad(key, found, expected: "a whole number from 1 to \(limit)")
    }
    return size
  }

  /// A finite number above zero.
  func positive(_ key: String, default value: Double) throws(HuggingFaceConfigurationError) -> Double {
    let number = try self.number(key, default: value)
    guard number > 0 else { throw bad(key, .number(number), expected: "a number above 0") }
    return number
  }

  func number(_ key: String, default value: Double) throws(HuggingFaceConfigurationError) -> Double {
    switch self[key] {
    case nil: return value
    case .integer(let number)?: return Double(number)
    case .number(let number)?: return number
    case let other?: throw bad(key, other, expected: "a number")
    }
  }

  /// The share of values that is dropped while training.
  func dropout(_ key: String) throws(HuggingFaceConfigurationError) -> Float {
    let rate = try number(key, default: 0)
    guard (0..<1).contains(rate) else { throw bad(key, .number(rate), expected: "a number from 0 up to 1") }
    return Float(rate)
  }

  func flag(_ key: String, default value: Bool) throws(HuggingFaceConfigurationError) -> Bool {
    switch self[key] {
    case nil: return value
    case .boolean(let flag)?: return flag
    case let other?: throw bad(key, other, expected: "true or false")
    }
  }

  /// One of the words that we know. Without a default the key has to be there.
  func choice(
    _ key: String, _ known: [String], default value: String? = nil
  ) throws(HuggingFaceConfigurationError) -> String {
    guard let found = self[key] else {
      guard let value else { throw .missing(path: path, key: prefix + key) }
      return value
    }
    guard case .string(let word) = found, known.contains(word) else {
      throw .unsupported(path: path, key: prefix + key, value: Self.text(found), supported: known)
    }
    return word
  }

  /// Throws unless the key is absent or has one of these values: another would ask for what our model does not do. Without any
  /// values the key has to be absent.
  func require(_ key: String, in values: [JSONValue]) throws(HuggingFaceConfigurationError) {
    guard let found = self[key], !values.contains(where: { Self.isEqual($0, found) }) else { return }
    throw .unsupported(path: path, key: prefix + key, value: Self.text(found), supported: values.map(Self.text))
  }

  func require(_ key: String, _ value: JSONValue) throws(HuggingFaceConfigurationError) {
    try require(key, in: [value])
  }

  func object(_ key: String) throws(HuggingFaceConfigurationError) -> ConfigurationFields? {
    switch self[key] {
    case nil: return nil
    case .object(let members)?: return ConfigurationFields(path: path, members: members, prefix: "\(prefix)\(key).")
    case let other?: throw bad(key, other, expected: "an object")
    }
  }

  func bad(_ key: String, _ value: JSONValue, expected: String) -> HuggingFaceConfigurationError {
    .badValue(path: path, key: prefix + key, value: Self.text(value), expected: expected)
  }

  /// 1 and 1.0 are the same number.
  private static func isEqual(_ a: JSONValue, _ b: JSONValue) -> Bool {
    switch (a, b) {
    case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)): Double(a) == b
    default: a == b
    }
  }

  /// The value as it would stand in the file; long ones are cut short.
  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "'\(value.count > 60 ? value.prefix(60) + "..." : value)'"
    case .array(let elements): elements.isEmpty ? "[]" : "a list"
    case .object: "an object"
    }
  }
}
