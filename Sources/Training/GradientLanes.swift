import Autograd
import Collectives
import Datasets
import KernelInterface
import TensorCore

/// The lanes of a step that one rank computes: forward, backward, and their gradients' sum along the canonical tree.
struct GradientLanes {
  private let tree: LaneTree
  private let lanes: Range<Int>
  /// A stack of gradient arenas, as deep as the tree's partial sums need; the first ends up with the rank's sum.
  private let arenas: [Arena]

  init(lanes: Int, rank: Int, ranks: Int, layout: ParameterLayout, on backend: Backend) {
    tree = LaneTree(lanes: lanes)
    self.lanes = tree.lanes(ofRank: rank, ranks: ranks)
    arenas = (0..<max(1, tree.partialSums(of: self.lanes).buffersNeeded)).map { _ in Arena(layout, on: backend) }
  }

  /// The sum of the rank's gradients, after `accumulate`.
  var sum: Arena { arenas[0] }

  /// Lets `backward` write the gradient of each of the rank's lanes, and sums them up.
  ///
  /// - Returns: the loss of every lane of the step; zero for the lanes of other ranks.
  func accumulate(_ backward: (_ lane: Int, _ gradients: Arena) -> Float) -> [Double] {
    var losses = [Double](repeating: 0, count: tree.lanes)
    var sums = tree.partialSums(of: lanes)
    for lane in lanes {
      losses[lane] = Double(backward(lane, arenas[sums.count]))
      for join in sums.push(lane) { arenas[join.target].add(arenas[join.source]) }
    }
    for join in sums.finish() { arenas[join.target].add(arenas[join.source]) }
    return losses
  }
}
