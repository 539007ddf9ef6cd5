import Collectives
import Datasets
import Files
import Inference
import KernelInterface
import ModelZoo
import TensorCore

/// What a step of a run takes of the machine, told before anything is trained: from sizes alone for a language model whose
/// vocabulary the configuration gives, else from the data too.
public struct RunEstimate {
  /// One line for people.
  public let model: String
  /// Parameters that are trained, and those that stay.
  public let trained, frozen: Int
  /// `tokens` or `samples`.
  public let unit: String
  public let unitsPerStep: Int
  /// Floating-point operations of a step over all ranks, a multiply-add being two: forward, backward, and where blocks are
  /// recomputed forward again.
  public let operationsPerStep: Double
  /// Bytes of one rank of `ranks` on one node.
  public let memory: [(name: String, bytes: Double)]
  public let ranks: Int

  public var bytesPerRank: Double { memory.reduce(0) { $0 + $1.bytes } }

  /// - Parameter ranks: of one node; those that the run is started with.
  public init(_ configuration: RunConfiguration, ranks: Int) throws {
    let lanes = configuration.training.lanes ?? ranks
    let settled = try configuration.with(lanes: lanes)
    let sequences = settled.training.batch / lanes
    let work: StepWork
    let layout: ParameterLayout
    if let description = try settled.descriptionWithoutData() {
      let made = description.architecture.makeModel(description.options)
      (model, layout) = (made.description, made.layout)
      work = StepWork(description, settled, sequences: sequences)
    } else {
      let pretrained = try PretrainedModel(of: settled.model, LocalFileSystem())
      let data = try RunData(
        settled.data, objective: settled.model.objective(pretrained), key: RandomKey(seed: settled.training.seed),
        threads: 1)
      let made = try TrainingModel(settled, from: pretrained, fitting: data.training)
      (model, layout) = (made.model.description, made.model.layout)
      work = StepWork(made, settled, data.training, sequences: sequences)
    }
    trained = layout.parameterCount
    frozen = layout.entries.reduce(0) { $0 + ($1.role == .frozen ? $1.shape.count : 0) }
    unit = work.unit
    unitsPerStep = work.unitsPerLane * lanes
    operationsPerStep = 2 * work.multiplyAdds * Double(lanes)
    self.ranks = ranks
    let tree = LaneTree(lanes: lanes)
    let depth = max(1, tree.partialSums(of: tree.lanes(ofRank: 0, ranks: ranks)).buffersNeeded)
    let arena = Double(layout.count * MemoryLayout<Float>.stride)
    let states = settled.optimizer.options.method.stateNames.count
    let owned = (settled.optimizer.sharded ?? true) ? arena / Double(ranks) : arena
    memory = [
      ("parameters", owned), ("gradients", arena * Double(depth)), ("optimizer state", owned * Double(states)),
      ("activations", work.keptBytes),
    ]
  }
}

extension RunConfiguration {
  /// The language model, where its sizes do not depend on the data; `nil`: they do, or it is none.
  fileprivate func descriptionWithoutData() throws -> ModelDescription? {
    // Only the data tell how many classes there are.
    guard model.kind.isLanguageModel, model.kind != .pretrained, data.kind.isText, data.kind != .labelledText,
      model.vocabulary != nil
    else { return nil }
    return try model.description(nil, tokens: 1, context: data.context, origin: data.path.string)
  }
}
