import KernelInterface

#if arch(x86_64)
  import TensorKernelsAVX2
  import TensorKernelsAVX512
#else
  import TensorKernels
#endif

/// Where tensors live and compute: the kernels for this processor, a thread pool, and a pool of memory.
///
/// One is made at the start of a run and passed along; every tensor keeps a reference to its own.
public final class Backend: Sendable {
  public let kernels: any Kernels
  public let threads: ThreadPool
  let pool = StoragePool()

  /// - Parameter instructionSet: must be one that `Processor.supported()` lists.
  public init(instructionSet: InstructionSet, threads: Int) {
    precondition(threads >= 1, "a backend computes on at least one thread, not \(threads)")
    kernels = Self.kernels(for: instructionSet)
    self.threads = ThreadPool(size: threads)
  }

  /// The backend with the widest vectors the processor has.
  public convenience init(threads: Int = 1) {
    self.init(instructionSet: Processor.widestInstructionSet, threads: threads)
  }

  private static func kernels(for instructionSet: InstructionSet) -> any Kernels {
    precondition(
      Processor.supportedInstructionSets.contains(instructionSet),
      "this processor has no \(instructionSet.rawValue)")
    #if arch(x86_64)
      return instructionSet == .avx512 ? TensorKernelsAVX512.VectorKernels() : TensorKernelsAVX2.VectorKernels()
    #else
      return TensorKernels.VectorKernels()
    #endif
  }
}

extension Backend {
  /// Elements that one thread takes at a time in elementwise work: small enough to share out, large enough to pay for it.
  private static let chunk = 32_768

  /// Calls `body` on consecutive ranges that cover `0 ..< count`, over the threads. Ranges begin at multiples of 64.
  func forEachRange(of count: Int, _ body: (Range<Int>) -> Void) {
    let parts = min(threads.size, (count + Self.chunk - 1) / Self.chunk)
    guard parts > 1 else { return body(0..<count) }
    threads.run(parts) { part in body(Self.range(part, of: parts, count: count, unit: 64)) }
  }

  /// As `forEachRange(of:)` for the rows of a matrix, `columns` elements each.
  func forEachRange(ofRows rows: Int, columns: Int, _ body: (Range<Int>) -> Void) {
    let parts = min(threads.size, rows, (rows * columns + Self.chunk - 1) / Self.chunk)
    guard parts > 1 else { return body(0..<rows) }
    threads.run(parts) { part in body(Self.range(part, of: parts, count: rows, unit: 1)) }
  }

  /// Into how many parts work on `elements` values is cut, of which there can be `most`.
  func parts(of elements: Int, atMost most: Int) -> Int {
    max(1, min(threads.size, most, (elements + Self.chunk - 1) / Self.chunk))
  }

  /// Part `part` of `0 ..< count` cut into `parts` ranges of nearly equal size, cut at multiples of `unit`.
  static func range(_ part: Int, of parts: Int, count: Int, unit: Int) -> Range<Int> {
    let units = (count + unit - 1) / unit
    let begin = units * part / parts * unit
    let end = units * (part + 1) / parts * unit
    return min(begin, count)..<min(end, count)
  }
}
