import Checkpoints
import KernelInterface
import TensorCore

#if canImport(Glibc)
  import Glibc
#endif

/// A copy of what a rank writes of a checkpoint, so that training can go on while it is written. Its memory is kept: as long
/// as the rank's share of a checkpoint's files.
///
/// `@unchecked Sendable`: `allocate` comes first, on one thread. Then the training thread writes the memory in `take`; between
/// two of these only the thread that writes the files reads it. `CheckpointSaver` never has two of them at a time.
final class CheckpointSnapshot: @unchecked Sendable {
  /// The files and their tensors, whose memory lies in the snapshot.
  private(set) var files: [(name: String, tensors: [NamedTensor])] = []
  private let backend: Backend
  private let pieces: [Piece]
  private let count: Int
  private let share: CheckpointShares.Share
  private let places: [String: [Place]]
  private var memory: UnsafeMutableBufferPointer<Float>?

  /// Where a tensor is copied from and to. A long one has several.
  private struct Piece {
    let arena: Arena
    let source: Range<Int>
    let target: Int
  }

  private struct Place {
    let tensor: TensorSignature
    let offset: Int
  }

  /// As many values as one thread copies at a time.
  private static let pieceLength = 1 << 20

  /// - Parameter arenas: where the tensors lie, each called after its prefix and the parameter.
  init(
    _ share: CheckpointShares.Share, parameters: Arena, optimizerState: [(prefix: String, arena: Arena)]
  ) {
    self.share = share
    backend = parameters.backend
    var pieces: [Piece] = []
    var places: [String: [Place]] = [:]
    var end = 0
    func add(_ shard: CheckpointShares.Shard?, _ arenas: [(prefix: String, arena: Arena)]) {
      guard let shard else { return }
      var sources: [String: (arena: Arena, range: Range<Int>)] = [:]
      for (prefix, arena) in arenas {
        for entry in arena.layout.entries { sources[prefix + entry.name] = (arena, entry.range) }
      }
      places[shard.fileName] = shard.tensors.map { tensor in
        guard let source = sources[tensor.name] else { preconditionFailure("no arena holds '\(tensor.name)'") }
        defer { end += (source.range.count + 15) / 16 * 16 }
        for start in stride(from: 0, to: source.range.count, by: Self.pieceLength) {
          let first = source.range.lowerBound + start
          let last = min(first + Self.pieceLength, source.range.upperBound)
          pieces.append(Piece(arena: source.arena, source: first..<last, target: end + start))
        }
        return Place(tensor: tensor, offset: end)
      }
    }
    add(share.model, [("", parameters)])
    add(share.optimizer, optimizerState)
    (self.pieces, self.places, count) = (pieces, places, end)
  }

  deinit { if let memory { munmap(memory.baseAddress, memory.count * MemoryLayout<Float>.stride) } }

  /// Copies what the arenas hold now, with all of the rank's threads.
  func take() {
    guard count > 0 else { return }
    guard let base = memory?.baseAddress else { preconditionFailure("a snapshot without memory") }
    let parts = min(backend.threads.size, pieces.count)
    backend.threads.run(parts) { part in
      for index in stride(from: part, to: pieces.count, by: parts) {
        let piece = pieces[index]
        piece.arena.withMutableValues { values in
          let source = UnsafeBufferPointer(rebasing: values[piece.source])
          guard let first = source.baseAddress else { return }
          (base + piece.target).update(from: first, count: source.count)
        }
      }
    }
  }

  /// Whether every parameter in it is a number. By the calling thread alone.
  var isFinite: Bool {
    guard let shard = share.model, let base = memory?.baseAddress else { return true }
    return (places[shard.fileName] ?? []).allSatisfy { place in
      backend.kernels.isFinite(base + place.offset, count: place.tensor.count)
    }
  }

  /// Takes memory for the copy and touches it, so that the first copy finds its pages there: a page's first use costs more
  /// than to copy it.
  func allocate() {
    guard count > 0 else { return }
    let byteCount = count * MemoryLayout<Float>.stride
    let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else {
      preconditionFailure("the system refused \(byteCount) bytes for a copy of the checkpoint")
    }
    // Touching it the first time takes a tenth of the faults so; a refusal does no harm.
    madvise(memory, byteCount, MADV_HUGEPAGE)
    memset(memory, 0, byteCount)
    let values = UnsafeMutableBufferPointer(start: memory.bindMemory(to: Float.self, capacity: count), count: count)
    files = [share.model, share.optimizer].compactMap { $0 }.map { shard in
      (
        shard.fileName,
        (places[shard.fileName] ?? []).map { place in
          NamedTensor(
            name: place.tensor.name, shape: place.tensor.shape,
            memory: UnsafeBufferPointer(rebasing: values[place.offset..<place.offset + place.tensor.count]))
        }
      )
    }
    self.memory = values
  }
}
