/// What the ranks tell each other with every step's losses: how many of them say so. One rank alone says 0 or 1.
struct StepSignals: Equatable {
  /// Ranks that were asked to end.
  var interrupted = 0
  /// Whether the first rank's clock says that a checkpoint is due.
  var saveDue = 0
  /// Ranks that have done what they do in the background for the save under way.
  var finishedSaving = 0

  /// As numbers that can be summed over ranks.
  var figures: [Double] { [interrupted, saveDue, finishedSaving].map(Double.init) }
  static let count = 3

  init() {}

  init(figures: ArraySlice<Double>) {
    let counts = figures.map { Int($0) }
    (interrupted, saveDue, finishedSaving) = (counts[0], counts[1], counts[2])
  }
}
