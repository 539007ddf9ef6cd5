import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

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

  private struct Blocks {
    var free: [Int: [FreeBlock]] = [:]
    /// What the system gave, in slabs and in long blocks.
    var owned: [FreeBlock] = []
    /// What is left of the slab that short blocks are cut from.
    var slab: (start: FreeBlock, count: Int)?
  }

  private let blocks = Mutex(Blocks())

  /// Every block has come back by now, as each keeps its pool.
  deinit {
    blocks.withLock { blocks in
      for block in blocks.owned { UnsafeMutableRawPointer(block.base).deallocate() }
    }
  }

  /// A block of at least `count` floats, of undefined content.
  func allocate(_ count: Int) -> Storage {
    let capacity = Self.capacity(for: count)
    let block = blocks.withLock { blocks in
      blocks.free[capacity]?.popLast()
        ?? (capacity < Self.hugePage ? Self.cut(capacity, from: &blocks) : Self.newBlock(capacity, &blocks))
    }
    return Storage(base: block.base, capacity: capacity, pool: self)
  }

  fileprivate func recycle(_ base: UnsafeMutablePointer<Float>, capacity: Int) {
    let block = FreeBlock(base: base)
    blocks.withLock { blocks in blocks.free[capacity, default: []].append(block) }
  }

  /// Sizes are rounded up to four steps between powers of two, so that nearly equal shapes share blocks. All are multiples
  /// of 16 floats.
  static func capacity(for count: Int) -> Int {
    guard count > 64 else { return 64 }
    let step = 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount - 2)
    return (count + step - 1) / step * step
  }
}

/// Memory from the system comes as huge pages. What streams through memory then reads a third faster: small pages need an
/// entry of the translation buffers every 4 KiB, and the processor's reading ahead ends where a page does.
extension StoragePool {
  /// Floats of a huge page of x86-64, and of arm64 with small pages of 4 KiB: 2 MiB.
  private static let hugePage = (2 << 20) / MemoryLayout<Float>.stride
  /// Floats that are asked of the system at once for blocks that are shorter than a huge page.
  private static let slab = 8 * hugePage

  /// A block that is shorter than a huge page, from the slab. Where it does not fit, what is left is left.
  private static func cut(_ capacity: Int, from blocks: inout Blocks) -> FreeBlock {
    let (start, count) =
      blocks.slab.flatMap { $0.count >= capacity ? $0 : nil } ?? (newBlock(slab, &blocks), slab)
    blocks.slab = (FreeBlock(base: start.base + capacity), count - capacity)
    return start
  }

  private static func newBlock(_ capacity: Int, _ blocks: inout Blocks) -> FreeBlock {
    let pageBytes = hugePage * MemoryLayout<Float>.stride
    let bytes = capacity * MemoryLayout<Float>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: pageBytes)
    #if canImport(Glibc)
      // Whole pages only: so no memory is taken that the block does not need. It is a wish: where the system refuses, the
      // memory is as good, only slower.
      _ = madvise(memory, bytes / pageBytes * pageBytes, MADV_HUGEPAGE)
    #endif
    let block = FreeBlock(base: memory.bindMemory(to: Float.self, capacity: capacity))
    blocks.owned.append(block)
    return block
  }
}
