import Collectives
import Optimizers
import TensorCore

/// How the gradients of a step become an update: what `Trainer` asks of the algorithm that `collective.algorithm` names.
protocol Reduction {
  /// What the lanes' gradients are summed in, on this rank.
  var lanes: GradientLanes { get }
  var parameters: Arena { get }
  var optimizer: Optimizer { get }
  /// Groups of ranks that share memory; `nil` where that makes no difference.
  var nodes: Int? { get }
  /// What the promise of same bits holds for, in a sentence for the summary.
  var sameBits: String { get }

  /// Computes the rank's lanes; see `GradientLanes.accumulate`.
  func accumulate(_ backward: (_ lane: Int, _ target: GradientLanes.Target) -> Float) -> [Double]

  /// Returns when every rank has computed its lanes.
  func settle() throws

  /// Sums the gradients over all lanes and updates the parameters everywhere.
  func update(_ request: UpdateRequest, _ times: inout StepTimes) throws -> UpdateOutcome

  /// The ranks that see all of the optimizer's state after `gatherState`, rank 0 first.
  var stateHolders: [Int] { get }

  /// What rank 0 needs for a checkpoint comes to it.
  func gatherState() throws

  /// What rank 0 has restored comes to everybody.
  func distributeState() throws

  /// Gives back what was allocated for all. A collective.
  func free() throws
}

/// What a step wants done.
struct UpdateRequest {
  let step: Int
  let learningRate: Float
  let maximumNorm: Float?
  /// Whether somebody asks for the norm.
  let wantsNorm: Bool
  /// Whether parameters must stay as they are if any gradient is not finite.
  let leavesOutNonFinite: Bool

  var needsNorm: Bool { wantsNorm || maximumNorm != nil }
}

/// What became of it.
enum UpdateOutcome: Equatable {
  /// - Parameter norm: of the mean gradient before clipping; `nil` where it was not needed.
  case updated(norm: Double?)
  /// The sum has a value that is infinite or not a number; where `leavesOutNonFinite`, nothing was updated.
  case notFinite(GradientDefect)
}

/// Where a gradient went wrong.
struct GradientDefect: Equatable {
  /// The parameter's name.
  let parameter: String
  /// The lanes whose partial sum is not finite, smallest known group of each; empty where every one is, and their sum is not.
  let lanes: [Range<Int>]
}

extension GradientDefect {
  /// `lane 2`, `lanes 2 and 4 to 7`
  var place: String {
    guard !lanes.isEmpty else { return "summed over all lanes" }
    let names = lanes.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound - 1)" }
    let isOne = lanes.count == 1 && lanes[0].count == 1
    return (isOne ? "lane " : "lanes ") + names.joined(separator: " and ")
  }
}

extension Optimizer {
  /// The arenas of its state, and what their tensors' names begin with in a checkpoint.
  var prefixedState: [(prefix: String, arena: Arena)] { state.map { ($0.name + "/", $0.arena) } }
}
