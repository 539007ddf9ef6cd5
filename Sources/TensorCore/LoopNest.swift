/// A nest of loops over several blocks of memory at once: how far each block's address moves in each dimension.
///
/// Neighbouring dimensions are merged where every block allows it, so that the innermost loop is as long as it can be.
struct LoopNest {
  /// Outermost first; none of 1.
  private(set) var extents: [Int] = []
  /// For each dimension, the step of each block.
  private(set) var steps: [[Int]] = []

  /// - Parameter steps: for each block, its step in each dimension of `extents`.
  init(extents: [Int], steps blocks: [[Int]]) {
    for index in extents.indices.reversed() where extents[index] != 1 {
      let step = blocks.map { $0[index] }
      if let inner = self.extents.first, zip(step, self.steps[0]).allSatisfy({ $0 == $1 * inner }) {
        self.extents[0] = inner * extents[index]
      } else {
        self.extents.insert(extents[index], at: 0)
        self.steps.insert(step, at: 0)
      }
    }
  }

  /// Takes dimension `index` out and returns it; one of extent 1 where there is none.
  mutating func remove(_ index: Int?, blocks: Int) -> (extent: Int, steps: [Int]) {
    guard let index else { return (1, [Int](repeating: 0, count: blocks)) }
    return (extents.remove(at: index), steps.remove(at: index))
  }

  /// The number of iterations.
  var count: Int { extents.reduce(1, *) }

  /// How far block `block` has moved at iteration `iteration`, the innermost dimension running fastest.
  func offset(_ block: Int, at iteration: Int) -> Int {
    var (offset, rest) = (0, iteration)
    for index in extents.indices.reversed() {
      offset += rest % extents[index] * steps[index][block]
      rest /= extents[index]
    }
    return offset
  }
}
