import Autograd
import Collectives
import Datasets
import KernelInterface
import TensorCore

/// The lanes of a step that one rank computes: forward, backward, and their gradients' partial sums along the canonical tree.
struct GradientLanes {
  let tree: LaneTree
  let lanes: Range<Int>
  /// A stack of gradient arenas, as deep as the tree's partial sums need. After `accumulate` the first of them hold the
  /// subtrees of `tree.subtrees(within: lanes)`, in order.
  let arenas: [Arena]

  /// Where one lane's gradient goes.
  struct Target {
    let arena: Arena
    /// Whether it is added to what the arena holds, the sum of the lanes before, as they are the two children of a node of
    /// the tree. Else it replaces that.
    let addsToSum: Bool
    /// Shared by the lanes of the step; `nil` where there is one lane alone.
    let packedWeights: PackedWeights?
    /// Called with each entry of the layout whose gradient is complete; `nil` where nobody waits for it.
    let whenComplete: ((Int) -> Void)?
  }

  /// Lets `backward` write the gradient of each of the rank's lanes or add it to the sum of those before, and sums up what
  /// is left.
  ///
  /// - Parameter notify: told of each entry whose partial sums are all complete, while the last lane's backward pass goes
  ///   on; with it comes how to complete a range of the arena by the joins that are left.
  /// - Returns: the loss of every lane of the step; zero for the lanes of other ranks.
  func accumulate(
    notifying notify: ((_ entry: Int, _ prepare: (Range<Int>) -> Void) -> Void)? = nil,
    _ backward: (_ lane: Int, _ target: Target) -> Float
  ) -> [Double] {
    var losses = [Double](repeating: 0, count: tree.lanes)
    var sums = tree.partialSums(of: lanes)
    let packedWeights = lanes.count > 1 ? PackedWeights() : nil
    for lane in lanes {
      let destination = sums.destination(of: lane)
      let arena = arenas[destination.buffer]
      let joins = sums.push(lane)
      let join = { (range: Range<Int>) in
        for join in joins { arenas[join.target].add(arenas[join.source], range: range) }
      }
      let watched = lane == lanes.upperBound - 1 ? notify : nil
      let target = Target(
        arena: arena, addsToSum: destination.adds, packedWeights: packedWeights,
        whenComplete: watched.map { notify in { notify($0, join) } })
      losses[lane] = Double(backward(lane, target))
      if watched == nil { join(0..<arena.count) }
    }
    return losses
  }
}
