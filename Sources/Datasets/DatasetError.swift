import Failures

/// Data that cannot be used: what is wrong, in which file and where in it, and what to do about it.
public struct DatasetError: UserFacingError, Hashable {
  /// Who has to act: whoever gave the path, whoever made the file, or whoever wrote the configuration.
  public enum Kind: Hashable, Sendable {
    /// A file or folder is missing or cannot be read.
    case missingInput
    /// The content of a file is wrong.
    case badContent
    /// The data are sound, but the configuration asks of them what they cannot give.
    case configuration
    /// What should be written is there already.
    case taken
  }

  public let kind: Kind
  public let message: String
  public let remedy: String?

  public var exitStatus: ExitStatus {
    switch kind {
    case .missingInput: .missingInput
    case .badContent: .badData
    case .configuration: .configuration
    case .taken: .cannotWrite
    }
  }

  static func missing(_ path: String, _ problem: String, remedy: String) -> DatasetError {
    DatasetError(kind: .missingInput, message: "\(path): \(problem)", remedy: remedy)
  }

  static func badContent(_ path: String, _ problem: String, remedy: String) -> DatasetError {
    DatasetError(kind: .badContent, message: "\(path): \(problem)", remedy: remedy)
  }

  /// `line` and `column` count from 1; a column is a field of the row, not a character.
  static func badContent(
    _ path: String, line: Int, column: Int? = nil, _ problem: String, remedy: String
  ) -> DatasetError {
    let place = column.map { "\(path):\(line): column \($0)" } ?? "\(path):\(line)"
    return badContent(place, problem, remedy: remedy)
  }

  /// `byte` is an offset in the file, after inflating where it is compressed.
  static func badContent(_ path: String, byte: Int, _ problem: String, remedy: String) -> DatasetError {
    badContent("\(path): byte \(byte)", problem, remedy: remedy)
  }

  /// A folder that should be written is there.
  static func taken(_ path: String) -> DatasetError {
    DatasetError(kind: .taken, message: "\(path) is there already", remedy: "Give another folder, or remove it first.")
  }

  static func configuration(_ problem: String, remedy: String) -> DatasetError {
    DatasetError(kind: .configuration, message: problem, remedy: remedy)
  }
}
