import Checkpoints
import Files
import TestSupport

/// Runs `body` with the path of a new empty directory, which is removed afterwards.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = try TemporaryFolder()
  return try withExtendedLifetime(folder) { try body(folder.path) }
}

func write(_ bytes: [UInt8], to path: String) throws {
  let file = try LocalFileSystem().createFile(path)
  try bytes.withUnsafeBytes { try file.write($0) }
  try file.close()
}

func readBytes(_ path: String) throws -> [UInt8] {
  let file = try LocalFileSystem().openFile(path)
  var bytes = [UInt8](repeating: 0, count: file.byteCount)
  try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
  return bytes
}
