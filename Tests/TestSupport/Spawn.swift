import FoundationEssentials
import Glibc

/// A system call that a test needs has failed.
struct SpawnError: Error, CustomStringConvertible {
  let description: String

  init(_ what: String, _ code: Int32) { description = "\(what): \(String(cString: strerror(code)))" }
}

/// A nameless file that a program writes its output to; unlike a pipe it never makes the writer wait for a reader.
final class CapturedOutput {
  let descriptor: Int32

  init() throws {
    var path = Array("\(FileManager.default.temporaryDirectory.path)/output-XXXXXX".utf8CString)
    descriptor = mkstemp(&path)
    guard descriptor >= 0 else { throw SpawnError("cannot create a temporary file", errno) }
    unlink(path)
    // The started program gets its own copy at 1 or 2 and needs no other.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  var text: String {
    let length = Int(lseek(descriptor, 0, SEEK_END))
    let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      count = max(0, pread(descriptor, buffer.baseAddress, length, 0))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Starts a program with the given outputs and nothing to read, as the leader of a new process group.
func spawn(
  _ arguments: [String], environment: [String: String], standardOutput: Int32, standardError: Int32
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  var attributes = posix_spawnattr_t()
  posix_spawn_file_actions_init(&actions)
  posix_spawnattr_init(&attributes)
  defer {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_adddup2(&actions, standardOutput, 1)
  posix_spawn_file_actions_adddup2(&actions, standardError, 2)
  // Threads that run tests block signals, and shells ignore some for background jobs; children would inherit both.
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  sigfillset(&signals)
  posix_spawnattr_setsigdefault(&attributes, &signals)
  posix_spawnattr_setflags(
    &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

  var process: pid_t = 0
  let program = arguments[0]
  let status = withCStrings(arguments) { arguments in
    withCStrings(environment.map { "\($0)=\($1)" }) { environment in
      posix_spawnp(&process, program, &actions, &attributes, arguments, environment)
    }
  }
  guard status == 0 else { throw SpawnError("cannot start \(program)", status) }
  return process
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<Value>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value) -> Value {
  let copies = strings.map { strdup($0) }
  defer { copies.forEach { free($0) } }
  return body(copies + [nil])
}
