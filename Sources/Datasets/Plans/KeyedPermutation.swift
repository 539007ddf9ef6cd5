import KernelInterface

/// A shuffle of `0..<count` that needs no list: any position can be computed alone.
///
/// An alternating Feistel network on the bits of the position (each round changes one half by a function of the other,
/// so it can be undone, so no two positions meet), walked until it lands inside `0..<count`:
/// J. Black and P. Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002.
/// Fewer than two walks are needed on average, since the network's domain is less than twice `count`.
public struct KeyedPermutation: Hashable, Sendable {
  public let count: Int
  private let lowBits: UInt64
  private let lowMask: UInt64
  private let highMask: UInt64
  private let roundKeys: [UInt64]

  private static let rounds = 8

  public init(count: Int, key: RandomKey) {
    precondition(count >= 0, "a permutation of \(count) elements")
    self.count = count
    let bits = count > 1 ? UInt64(Int.bitWidth - (count - 1).leadingZeroBitCount) : 0
    lowBits = (bits + 1) / 2
    lowMask = (1 << lowBits) - 1
    highMask = (1 << (bits - lowBits)) - 1
    roundKeys = (0..<Self.rounds).map { round in
      UInt64(key.bits(at: 2 * round)) | UInt64(key.bits(at: 2 * round + 1)) << 32
    }
  }

  /// The element at `position`; both in `0..<count`.
  public subscript(position: Int) -> Int {
    precondition(position >= 0 && position < count, "position \(position) of a permutation of \(count)")
    var element = UInt64(position)
    repeat {
      element = network(element)
    } while element >= UInt64(count)
    return Int(element)
  }

  private func network(_ element: UInt64) -> UInt64 {
    var (high, low) = (element >> lowBits, element & lowMask)
    for round in stride(from: 0, to: Self.rounds, by: 2) {
      high ^= Self.mix(low ^ roundKeys[round]) & highMask
      low ^= Self.mix(high ^ roundKeys[round + 1]) & lowMask
    }
    return high << lowBits | low
  }

  /// SplitMix64's finaliser: G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators",
  /// OOPSLA 2014.
  private static func mix(_ word: UInt64) -> UInt64 {
    var word = word
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
