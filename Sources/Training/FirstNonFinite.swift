import KernelInterface
import Synchronization

/// Looks for the first value of an arena that is infinite or not a number, in pieces that several threads take.
final class FirstNonFinite: Sendable {
  private let kernels: any Kernels
  private let first = Atomic<Int>(.max)

  init(kernels: any Kernels) { self.kernels = kernels }

  /// Its place in the arena; `Int.max` where all values seen are finite.
  var place: Int { first.load(ordering: .relaxed) }

  /// Whether all of `values`, which lie in `range` of the arena, are finite.
  func isFinite(_ values: UnsafePointer<Float>, _ range: Range<Int>) -> Bool {
    if kernels.isFinite(values, count: range.count) { return true }
    let offset = (0..<range.count).first { !values[$0].isFinite } ?? 0
    first.min(range.lowerBound + offset, ordering: .relaxed)
    return false
  }
}
