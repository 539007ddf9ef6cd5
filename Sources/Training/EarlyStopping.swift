/// Decides when a validation loss has stopped falling (L. Prechelt, "Early stopping - but when?", 1998).
///
/// It sees only losses that are the same on every rank, so every rank decides the same. It is saved with a checkpoint,
/// so that a resumed run stops where an undisturbed one does.
public struct EarlyStopping: Codable, Equatable, Sendable {
  public enum Decision: Equatable, Sendable {
    case goOn, stop
  }

  /// Evaluations in a row without an improvement after which training stops.
  public let patience: Int
  /// A smaller fall of the loss is no improvement.
  public let minimumDelta: Double
  public private(set) var bestLoss: Double?
  public private(set) var evaluationsWithoutImprovement = 0

  public init(patience: Int, minimumDelta: Double) {
    precondition(patience >= 1 && minimumDelta >= 0, "patience \(patience), minimum delta \(minimumDelta)")
    self.patience = patience
    self.minimumDelta = minimumDelta
  }

  /// Takes in one validation loss. A loss that is not a number is no improvement.
  public mutating func observe(_ loss: Double) -> Decision {
    if loss.isFinite, bestLoss.map({ loss < $0 - minimumDelta }) ?? true {
      bestLoss = loss
      evaluationsWithoutImprovement = 0
    } else {
      evaluationsWithoutImprovement += 1
    }
    return hasStopped ? .stop : .goOn
  }

  /// Whether the last observation ended the training.
  public var hasStopped: Bool { evaluationsWithoutImprovement >= patience }
}
