import Glibc
import Subprocess

// Swift does not show it, for POSIX had none. Its ends are closed by `exec` from the start, whatever other threads execute.
@_extern(c, "pipe2")
private func makePipe(_ ends: UnsafeMutablePointer<Int32>, _ flags: Int32) -> Int32

/// A pipe to a child that nothing is ever written to: the child reads its end when this process is gone, however it went.
struct Lifeline {
  private let reading: Int32
  private let writing: Int32

  init() throws(LaunchError) {
    var ends: [Int32] = [0, 0]
    guard makePipe(&ends, O_CLOEXEC) == 0 else { throw .system("cannot make a pipe", code: errno) }
    (reading, writing) = (ends[0], ends[1])
  }

  /// The child's standard input. Starting the child closes this process's copy.
  var input: FileDescriptorInput { .fileDescriptor(.init(rawValue: reading), closeAfterSpawningProcess: true) }

  /// To be called once, when the child has ended or is to end.
  func cut() { close(writing) }
}
