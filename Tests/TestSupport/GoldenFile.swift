import FoundationEssentials

/// A file of golden numbers, `Tests/Golden/<name>.json`, written by the script beside it that the file names; the
/// script describes the cases.
///
///     let golden = try GoldenFile("activations")
///     let input = try golden.floats("relu", "input")
///     let slope = try golden.number("leakyReLU", "slope")
public struct GoldenFile: Sendable {
  public let name: String
  private let cases: [String: [String: Value]]

  public init(_ name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appending(path: "Golden/\(name).json")
    self.name = name
    self.cases = try JSONDecoder().decode(Contents.self, from: Data(contentsOf: file)).cases
  }

  /// The names of all cases, sorted.
  public var caseNames: [String] { cases.keys.sorted() }

  /// Whether `caseName` has a value named `key`: a setting that only some cases have.
  public func has(_ caseName: String, _ key: String) -> Bool { cases[caseName]?[key] != nil }

  /// The values, flat and row-major, whatever their shape.
  public func floats(_ caseName: String, _ key: String) throws -> [Float] {
    try value(caseName, key).values
  }

  public func shape(_ caseName: String, _ key: String) throws -> [Int] {
    try value(caseName, key).shape
  }

  /// The slices of the first dimension: steps of a history, batches of a training set.
  public func slices(_ caseName: String, _ key: String) throws -> [[Float]] {
    let value = try value(caseName, key)
    guard let count = value.shape.first, count > 0 else { throw GoldenFileError.notSliced(place(caseName, key)) }
    let size = value.values.count / count
    return (0..<count).map { Array(value.values[$0 * size..<($0 + 1) * size]) }
  }

  /// Labels and other whole numbers.
  public func integers(_ caseName: String, _ key: String) throws -> [Int32] {
    try floats(caseName, key).map { value in
      guard let integer = Int32(exactly: value) else { throw GoldenFileError.notWhole(place(caseName, key)) }
      return integer
    }
  }

  /// A single number, such as a learning rate.
  public func number(_ caseName: String, _ key: String) throws -> Float {
    let value = try value(caseName, key)
    guard value.shape.isEmpty else { throw GoldenFileError.notSingle(place(caseName, key)) }
    return value.values[0]
  }

  private func value(_ caseName: String, _ key: String) throws -> Value {
    guard let value = cases[caseName]?[key] else { throw GoldenFileError.missing(place(caseName, key)) }
    guard value.values.count == value.shape.reduce(1, *) else {
      throw GoldenFileError.countMismatch(place(caseName, key))
    }
    return value
  }

  private func place(_ caseName: String, _ key: String) -> String { "\(name).json: \(caseName).\(key)" }

  private struct Contents: Decodable {
    var cases: [String: [String: Value]]
  }

  private struct Value: Decodable {
    var shape: [Int]
    var values: [Float]
  }
}

/// A test asked a golden file for something it does not hold; the text is the file, the case and the value.
public enum GoldenFileError: Error {
  case missing(String)
  case notSingle(String)
  case notSliced(String)
  case notWhole(String)
  case countMismatch(String)
}
