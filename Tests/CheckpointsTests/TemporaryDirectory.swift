import Checkpoints
import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs `body` with the path of a new empty directory, which is removed afterwards.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  var template = Array((FileManager.default.temporaryDirectory.path + "/checkpoints-XXXXXX").utf8CString)
  guard mkdtemp(&template) != nil else {
    throw FileSystemError(call: "mkdtemp", path: "a temporary directory", code: errno, purpose: .writing)
  }
  let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  do {
    let result = try body(path)
    try FileManager.default.removeItem(atPath: path)
    return result
  } catch {
    try FileManager.default.removeItem(atPath: path)
    throw error
  }
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
