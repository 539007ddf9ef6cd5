import Failures
import Files

/// The bytes that a parser is given: a file, or several that belong together.
struct FuzzInput {
  let bytes: [UInt8]
  let folder: ScratchFolder

  /// What stands between two files of one input.
  static let separator = Array("\n=== next file ===\n".utf8)

  /// The files of the input, `count` at most: what follows belongs to the last. Those that are missing are not there.
  func files(_ count: Int) -> [[UInt8]] {
    var (files, start, position): ([[UInt8]], Int, Int) = ([], 0, 0)
    while files.count < count - 1, position + Self.separator.count <= bytes.count {
      if bytes[position] == Self.separator[0], bytes[position...].starts(with: Self.separator) {
        files.append(Array(bytes[start..<position]))
        position += Self.separator.count
        start = position
      } else {
        position += 1
      }
    }
    return files + [Array(bytes[start...])]
  }

  /// The files of the input under these names, in memory.
  func inMemory(_ names: [String]) -> MemoryFiles {
    MemoryFiles(Dictionary(zip(names, files(names.count)), uniquingKeysWith: { first, _ in first }))
  }

  /// The files of the input under these names in a folder, and nothing else; gives the folder's path.
  func onDisk(_ names: [String]) throws -> String {
    try folder.hold(Array(zip(names, files(names.count))))
    return folder.path
  }
}
