import Files
import Glibc

/// Whole texts through stdin and stdout.
enum StandardStreams {
  static func readInput() throws(FileSystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = block.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
      if count == 0 { return bytes }
      if count > 0 {
        bytes += block[..<count]
      } else if errno != EINTR {
        throw FileSystemError(call: "read", path: "stdin", code: errno, purpose: .reading)
      }
    }
  }

  static func write(_ bytes: [UInt8]) throws(FileSystemError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(STDOUT_FILENO, $0.baseAddress?.advanced(by: done), $0.count - done)
      }
      if count > 0 {
        done += count
      } else if errno != EINTR {
        throw FileSystemError(call: "write", path: "stdout", code: errno, purpose: .writing)
      }
    }
  }
}
