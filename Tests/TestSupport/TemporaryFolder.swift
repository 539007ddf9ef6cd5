import FoundationEssentials

/// An empty folder that disappears with the value that holds it.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "revoada-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("\(path) stays behind: \(error)")
    }
  }

  /// Writes a file, and the folders it is to lie in; gives its path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    let url = url(name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return url.path
  }

  @discardableResult
  public func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

  public func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url(name))) }

  public func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  public func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: url(name).path) }

  public func remove(_ name: String) throws { try FileManager.default.removeItem(at: url(name)) }

  public func rename(_ name: String, to newName: String) throws {
    try FileManager.default.moveItem(at: url(name), to: url(newName))
  }

  /// The paths of everything under a folder, from there on.
  public func contents(_ name: String) throws -> [String] {
    guard exists(name) else { return [] }
    return try FileManager.default.subpathsOfDirectory(atPath: url(name).path).sorted()
  }

  private func url(_ name: String) -> URL { URL(filePath: "\(path)/\(name)") }
}
