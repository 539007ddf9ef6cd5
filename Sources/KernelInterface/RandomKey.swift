/// The key of one stream of random numbers. A stream has no state: element e of a key is always the same 32 bits.
///
/// Keys are derived, never advanced: `seed.derived(.dropout).derived(step).derived(lane)` is the same key on every rank.
///
/// Element e of a stream lies in block (e / 64) * 16 + e % 16, word (e % 64) / 16, so that 16 blocks computed side by
/// side give four vectors of 16 consecutive elements. A block is Philox4x32-10 of the counter (block, 0) under the key.
public struct RandomKey: Hashable, Sendable {
  public let low: UInt32
  public let high: UInt32

  public init(low: UInt32, high: UInt32) {
    self.low = low
    self.high = high
  }

  public init(seed: UInt64) {
    self.init(low: UInt32(truncatingIfNeeded: seed), high: UInt32(truncatingIfNeeded: seed >> 32))
  }

  /// The key of the sub-stream named `name`: two words of Philox of (name, 1), a counter that no element block uses.
  public func derived(_ name: UInt64) -> RandomKey {
    let words = Philox.block(
      counter: (UInt32(truncatingIfNeeded: name), UInt32(truncatingIfNeeded: name >> 32), 1, 0), key: self)
    return RandomKey(low: words.0, high: words.1)
  }

  /// The 32 bits of element `element`.
  public func bits(at element: Int) -> UInt32 {
    let block = UInt64(element / 64 * 16 + element % 16)
    let words = Philox.block(
      counter: (UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32), 0, 0), key: self)
    switch element % 64 / 16 {
    case 0: return words.0
    case 1: return words.1
    case 2: return words.2
    default: return words.3
    }
  }
}

/// Philox4x32-10: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public enum Philox {
  public typealias Block = (UInt32, UInt32, UInt32, UInt32)
  public static let multiplier0: UInt32 = 0xD251_1F53
  public static let multiplier1: UInt32 = 0xCD9E_8D57
  public static let keyIncrement0: UInt32 = 0x9E37_79B9
  public static let keyIncrement1: UInt32 = 0xBB67_AE85

  public static func block(counter: Block, key: RandomKey) -> Block {
    var (c0, c1, c2, c3) = counter
    var (k0, k1) = (key.low, key.high)
    for _ in 0..<10 {
      let product0 = multiplier0.multipliedFullWidth(by: c0)
      let product1 = multiplier1.multipliedFullWidth(by: c2)
      (c0, c1, c2, c3) = (product1.high ^ c1 ^ k0, product1.low, product0.high ^ c3 ^ k1, product0.low)
      k0 &+= keyIncrement0
      k1 &+= keyIncrement1
    }
    return (c0, c1, c2, c3)
  }
}

/// What a stream of random numbers is for: the first name under a run's seed.
public enum RandomPurpose: UInt64, Sendable {
  case split = 1
  case shuffle
  case initialization
  case dropout
  case sampling
}

extension RandomKey {
  public func derived(_ purpose: RandomPurpose) -> RandomKey { derived(purpose.rawValue) }
}
