import Synchronization

/// A block of 64-byte-aligned floats that goes back to its pool, or lets go of its owner, when the last tensor that uses it
/// goes away.
///
/// `@unchecked Sendable`: the block belongs to this object for the object's life. Whoever writes it holds the only
/// reference (`Tensor` checks before it writes in place) or owns the arena and writes between steps.
final class Storage: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let capacity: Int
  private let pool: StoragePool?
  /// Keeps memory allocated that is not the pool's.
  private let owner: AnyObject?

  fileprivate init(base: UnsafeMutablePointer<Float>, capacity: Int, pool: StoragePool) {
    self.base = base
    self.capacity = capacity
    self.pool = pool
    owner = nil
  }

  /// Memory that belongs to `owner`.
  init(base: UnsafeMutablePointer<Float>, capacity: Int, keeping owner: AnyObject) {
    precondition(Int(bitPattern: base) % 64 == 0, "an arena begins at a multiple of 64 bytes")
    self.base = base
    self.capacity = capacity
    self.owner = owner
    pool = nil
  }

  deinit { pool?.recycle(base, capacity: capacity) }
}

/// Keeps the blocks of tensors that are gone, by size, for the tensors of the next step.
///
/// A training step makes the same tensors each time; after the first step nothing is asked of the system any more.
final class StoragePool: Sendable {
  /// `@unchecked Sendable`: a free block's address, owned by the pool until it is handed out again.
  private struct FreeBlock: @unchecked Sendable { let base: UnsafeMutablePointer<Float> }

  private let free = Mutex<[Int: [FreeBlock]]>([:])

  deinit {
    free.withLock { blocks in
      for block in blocks.values.joined() { UnsafeMutableRawPointer(block.base).deallocate() }
    }
  }

  /// A block of at least `count` floats, of undefined content.
  func allocate(_ count: Int) -> Storage {
    let capacity = Self.capacity(for: count)
    let recycled = free.withLock { blocks in blocks[capacity]?.popLast() }
    let base =
      recycled?.base
      ?? UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<Float>.stride, alignment: 64)
      .bindMemory(to: Float.self, capacity: capacity)
    return Storage(base: base, capacity: capacity, pool: self)
  }

  fileprivate func recycle(_ base: UnsafeMutablePointer<Float>, capacity: Int) {
    let block = FreeBlock(base: base)
    free.withLock { blocks in blocks[capacity, default: []].append(block) }
  }

  /// Sizes are rounded up to four steps between powers of two, so that nearly equal shapes share blocks.
  static func capacity(for count: Int) -> Int {
    guard count > 64 else { return 64 }
    let step = 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount - 2)
    return (count + step - 1) / step * step
  }
}
