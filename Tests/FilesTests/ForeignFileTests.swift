import Glibc
import TestSupport
import Testing

@testable import Files

@Suite("A file from elsewhere")
struct ForeignFileTests {
  @Test("that is a pipe is refused, not waited for")
  func pipe() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/config.json"
    #expect(mkfifo(path, 0o600) == 0)
    #expect(throws: FileSystemError.self) { try LocalFileSystem().openFile(path) }
    #expect(throws: FileSystemError.self) { try MappedFile(path: path) }
  }

  @Test("is named by a plain name in the same folder", arguments: ["a", "model-1.safetensors", ".hidden", "a..b", "é"])
  func plain(name: String) { #expect(isPlainFileName(name)) }

  @Test(
    "is not named by what leads elsewhere", arguments: ["", ".", "..", "/a", "a/b", "../a", "a/", "a\0.safetensors"])
  func elsewhere(name: String) { #expect(!isPlainFileName(name)) }
}
