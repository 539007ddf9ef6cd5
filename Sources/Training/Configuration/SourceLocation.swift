/// Where a piece of configuration was written: a place in a file, or a `--set` option.
public struct SourceLocation: Hashable, Sendable {
  /// The file as the user named it, or the whole option: `--set training.lanes=4`.
  public let name: String
  /// Line and column counted from 1; `nil` for an option.
  public let line: Int?
  public let column: Int?
  /// The absolute folder that relative paths start from: that of the file, or the working directory for an option.
  public let directory: String

  init(name: String, line: Int? = nil, column: Int? = nil, directory: String) {
    self.name = name
    self.line = line
    self.column = column
    self.directory = directory
  }

  /// `configs/a.yaml:12`, the way compilers and editors write a place.
  public var lineDescription: String { line.map { "\(name):\($0)" } ?? name }

  /// `configs/a.yaml:12:3`
  public var columnDescription: String {
    guard let line, let column else { return lineDescription }
    return "\(name):\(line):\(column)"
  }
}
