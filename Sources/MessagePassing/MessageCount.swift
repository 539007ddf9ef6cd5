/// MPI counts the elements of a message in 32 bits; buffers may be longer.
package enum MessageCount {
  /// The most elements that one MPI call carries.
  package static let largest = Int(Int32.max)

  /// `0 ..< count` cut into ranges of at most `largest` elements, in order; one empty range where `count` is 0, so
  /// that a collective on nothing is still called by every rank.
  package static func pieces(of count: Int, largest: Int = largest) -> [Range<Int>] {
    guard count > 0 else { return [0..<0] }
    return stride(from: 0, to: count, by: largest).map { $0..<min($0 + largest, count) }
  }

  /// `count` as MPI takes it, for calls that cannot be cut into pieces.
  static func single(_ count: Int, _ operation: String) -> Int32 {
    precondition(count <= largest, "\(operation) carries at most \(largest) elements in one call, not \(count)")
    return Int32(count)
  }
}
