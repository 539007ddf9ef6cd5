import ArgumentParser
import Collectives
import Glibc
import Training

/// How a run's progress is shown.
enum ProgressStyle: String, CaseIterable, ExpressibleByArgument {
  /// A bar where stderr is a terminal, lines elsewhere.
  case auto
  case bar, plain, none

  /// The display of this rank: only the first shows anything.
  func display(for group: any ProcessGroup) -> any TrainingDisplay {
    guard group.rank == 0 else { return SilentDisplay() }
    switch self {
    case .none: return SilentDisplay()
    case .plain: return PlainDisplay(write: writeToStandardError)
    case .bar: return BarDisplay(width: terminalWidth, write: writeToStandardError)
    case .auto:
      return isatty(STDERR_FILENO) == 1
        ? BarDisplay(width: terminalWidth, write: writeToStandardError) : PlainDisplay(write: writeToStandardError)
    }
  }

  /// The terminal's columns; under mpirun, which stands between, those the launcher was told.
  private var terminalWidth: Int {
    var size = winsize()
    if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 100
  }
}

/// Writes all of `text`. Where stderr is closed there is nobody to tell.
func writeToStandardError(_ text: String) { writeAll(Array(text.utf8), to: STDERR_FILENO) }

/// The same for bytes and another descriptor, without a buffer between.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 || (count < 0 && errno == EINTR) else { return }
    rest = rest.dropFirst(max(count, 0))
  }
}
