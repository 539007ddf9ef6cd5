import FuzzedParsers
import Glibc
import Synchronization

// One parser under libFuzzer: `fuzz-parsers NAME [libFuzzer's flags and folders]`, built by `make fuzz`. Without libFuzzer
// (in every other build) it says what the parser makes of some files: `fuzz-parsers NAME FILE...`.

/// What the callback of libFuzzer, which takes no context, works on.
///
/// Unchecked: libFuzzer calls from one thread.
final class Session: @unchecked Sendable {
  static let current = Session()

  let parser: FuzzedParser
  private let folder: ScratchFolder
  private var executions = 0

  private init() {
    let name = CommandLine.arguments.dropFirst().first ?? ""
    guard let parser = FuzzedParser.named(name) else {
      print("fuzz-parsers: there are \(FuzzedParser.all.map(\.name).joined(separator: ", "))")
      exit(64)
    }
    self.parser = parser
    do {
      folder = try ScratchFolder()
    } catch {
      print("fuzz-parsers: no folder to work in: \(error)")
      exit(73)
    }
  }

  func refusal(of bytes: [UInt8]) -> String? {
    // libFuzzer's own memory grows now and then.
    if executions.isMultiple(of: 256) { limitMemory() }
    executions += 1
    return parser.refusal(of: bytes, in: folder)
  }
}

/// The memory that a parser may ask for beyond what the process has: 100 MB, and the size of the largest input.
let allowance: UInt = 100 << 20 + 1 << 20

/// Lets the system refuse memory beyond the allowance, even memory that nobody touches: the process then ends.
func limitMemory() {
  guard let statistics = fopen("/proc/self/statm", "re") else { return }
  defer { fclose(statistics) }
  var text = [CChar](repeating: 0, count: 64)
  guard fgets(&text, 64, statistics) != nil else { return }
  let pages = strtoul(text, nil, 10)
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(9), &limit)
  limit.rlim_cur = min(limit.rlim_max, pages * 4096 + allowance)
  setrlimit(__rlimit_resource_t(9), &limit)
}

#if LIBFUZZER
  @_extern(c, "LLVMFuzzerRunDriver")
  func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
  ) -> Int32

  _ = Session.current
  // libFuzzer sees neither the parser's name nor that it was there.
  var arguments = CommandLine.unsafeArgv + 1
  arguments[0] = CommandLine.unsafeArgv[0]
  var count = CommandLine.argc - 1
  exit(
    runDriver(&count, &arguments) { bytes, count in
      _ = Session.current.refusal(of: Array(UnsafeBufferPointer(start: bytes, count: count)))
      return 0
    })
#else
  for path in CommandLine.arguments.dropFirst(2) {
    print("\(path): \(Session.current.refusal(of: try FuzzCorpus.bytes(of: path)) ?? "accepted")")
  }
#endif
