import KernelInterface
import TensorCore

/// Adds up partial sums along a tree, a grain of the arena at a time, so that all that lies between the first source and
/// the last addition stays in the nearest cache. For one thread at a time.
final class SumEvaluator {
  /// Values of the whole arena by the address of the arena's first value, of which only some may exist.
  enum Operand {
    case floats(UnsafePointer<Float>)
    case bfloat16(UnsafePointer<UInt16>)
  }

  private let kernels: any Kernels
  /// One grain for each level of the tree.
  private let levels: UnsafeMutablePointer<Float>
  private let halves: UnsafeMutablePointer<UInt16>

  init(depth: Int, kernels: any Kernels) {
    self.kernels = kernels
    let bytes = max(1, depth) * ReductionPlan.grain * MemoryLayout<Float>.stride
    levels = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64).assumingMemoryBound(to: Float.self)
    halves = UnsafeMutableRawPointer.allocate(
      byteCount: ReductionPlan.grain * MemoryLayout<UInt16>.stride, alignment: 64
    ).assumingMemoryBound(to: UInt16.self)
  }

  deinit {
    UnsafeMutableRawPointer(levels).deallocate()
    UnsafeMutableRawPointer(halves).deallocate()
  }

  /// The sum over `range`, at most a grain: valid until the next call. A tree of one source in Float32 is that source
  /// itself, not a copy.
  func sum(_ tree: SumTree<Operand>, over range: Range<Int>) -> UnsafePointer<Float> {
    value(of: tree, over: range, level: 0)
  }

  /// The sum over `range`, at most a grain, written to `target` by the last addition: no copy is made.
  ///
  /// - Parameter target: may be what a source has of the range, for every source is read before or with the last addition.
  func write(_ tree: SumTree<Operand>, over range: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    if case .source(.floats(let base)) = tree {
      if base + range.lowerBound != target { target.update(from: base + range.lowerBound, count: range.count) }
    } else {
      evaluate(tree, over: range, level: 0, into: target)
    }
  }

  /// The sum over `range` as bfloat16, written to `target`.
  func round(_ tree: SumTree<Operand>, over range: Range<Int>, into target: UnsafeMutablePointer<UInt16>) {
    kernels.roundToBFloat16(sum(tree, over: range), into: target, count: range.count)
  }

  private func value(of tree: SumTree<Operand>, over range: Range<Int>, level: Int) -> UnsafePointer<Float> {
    if case .source(.floats(let base)) = tree { return base + range.lowerBound }
    let own = levels + level * ReductionPlan.grain
    evaluate(tree, over: range, level: level, into: own)
    return UnsafePointer(own)
  }

  /// - Parameter level: of the scratch from which on nothing is in use.
  private func evaluate(
    _ tree: SumTree<Operand>, over range: Range<Int>, level: Int, into target: UnsafeMutablePointer<Float>
  ) {
    switch tree {
    case .source(.floats(let base)):
      target.update(from: base + range.lowerBound, count: range.count)
    case .source(.bfloat16(let base)):
      kernels.expandBFloat16(base + range.lowerBound, into: target, count: range.count)
    case .sum(let left, let right):
      let a = value(of: left, over: range, level: level)
      let b = value(of: right, over: range, level: level + 1)
      kernels.add(a, b, into: target, count: range.count)
    case .rounded(let inner):
      kernels.roundToBFloat16(value(of: inner, over: range, level: level), into: halves, count: range.count)
      kernels.expandBFloat16(halves, into: target, count: range.count)
    }
  }
}
