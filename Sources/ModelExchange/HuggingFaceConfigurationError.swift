import Failures

/// A `config.json` that describes no model of ours.
public enum HuggingFaceConfigurationError: UserFacingError, Equatable {
  case missing(path: String, key: String)
  /// `expected` describes what the value should be.
  case badValue(path: String, key: String, value: String, expected: String)
  /// The model does something that ours does not.
  case unsupported(path: String, key: String, value: String, supported: [String])
  /// The file is JSON, but no object.
  case notAnObject(path: String)
  /// The sizes do not go together.
  case inconsistent(path: String, reason: String)

  public var exitStatus: ExitStatus { .badData }

  public var message: String {
    switch self {
    case .missing(let path, let key): "\(path) has no key '\(key)'"
    case .badValue(let path, let key, let value, let expected): "\(path): \(key) is \(value), not \(expected)"
    case .unsupported(let path, let key, let value, _): "\(path): \(key) \(value) is not supported"
    case .notAnObject(let path): "\(path) is not a JSON object"
    case .inconsistent(let path, let reason): "\(path): \(reason)"
    }
  }

  public var remedy: String? {
    switch self {
    case .unsupported(_, let key, _, let supported):
      supported.isEmpty
        ? "Only models without \(key) can be imported."
        : "Only models with \(key) \(supported.joined(separator: " or ")) can be imported."
    case .missing, .badValue, .notAnObject, .inconsistent:
      "Copy or download config.json again; it belongs to the weights beside it."
    }
  }
}
