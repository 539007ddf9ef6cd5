import Collectives
import Glibc
import GroupChecks
import MPICollectives
import MessagePassing

/// A property of `MessagePassing`, checked on all ranks of the world at once.
struct WorldCheck: Sendable {
  /// The property, as a sentence.
  let name: String
  let body: @Sendable (Communicator) throws -> Void

  init(_ name: String, _ body: @escaping @Sendable (Communicator) throws -> Void) {
    self.name = name
    self.body = body
  }

  /// All checks, in the order in which every rank runs them.
  static let all =
    worlds + collectives + pointToPoint + nonBlocking + windows
    + GroupCheck.all.map { check in WorldCheck(check.name) { try check.body($0) } }
}

/// Runs checks on every rank, agrees on their outcomes, and prints them on rank 0.
struct Checklist {
  let world: Communicator

  init(_ world: Communicator) { self.world = world }

  /// - Returns: Whether every check held on every rank; the same on every rank.
  func run(_ checks: [WorldCheck]) throws -> Bool {
    var failed = 0
    for check in checks {
      let complaints = try complaints(about: check)
      failed += complaints.isEmpty ? 0 : 1
      report((complaints.isEmpty ? "ok      " : "FAILED  ") + check.name)
      complaints.forEach(report)
    }
    report("\(checks.count) checks, \(failed) failed, on \(world.size) ranks")
    return failed == 0
  }

  private func complaints(about check: WorldCheck) throws -> [String] {
    var complaint = ""
    do { try check.body(world) } catch { complaint = "        rank \(world.rank): \(error)" }
    return try world.allGather(Array(complaint.utf8)).map { String(decoding: $0, as: UTF8.self) }
      .filter { !$0.isEmpty }
  }

  /// Flushed line by line, so that a hang shows where it is.
  private func report(_ line: String) {
    guard world.rank == 0 else { return }
    print(line)
    fflush(nil)
  }
}

extension Communicator {
  /// 0 + 1 + ... + (size - 1).
  var sumOfRanks: Int { size * (size - 1) / 2 }
  var right: Int { (rank + 1) % size }
  var left: Int { (rank + size - 1) % size }
}

/// An array at a fixed address, for calls that go on in the background.
final class Buffer<Element: MPIDatatype> {
  let elements: UnsafeMutableBufferPointer<Element>

  init(_ values: [Element]) {
    elements = .allocate(capacity: values.count)
    _ = elements.initialize(from: values)
  }

  deinit { elements.deallocate() }

  var values: [Element] { Array(elements) }
}
