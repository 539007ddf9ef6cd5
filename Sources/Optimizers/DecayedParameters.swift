import TensorCore

/// The parameters that weight decay makes smaller.
public enum DecayedParameters: Sendable, Hashable {
  case all
  /// Weights and tables, those of two dimensions or more: not biases and the scales of normalisations, which need not be small.
  case matrices
}

/// The trained part of an arena in ranges of one kind: decayed or not.
struct DecayRuns: Sendable {
  private let runs: [(range: Range<Int>, isDecayed: Bool)]

  /// Padding belongs to the entry in front of it.
  init(_ decayed: DecayedParameters, in layout: ParameterLayout) {
    var runs: [(range: Range<Int>, isDecayed: Bool)] = []
    let trained = layout.entries.filter { $0.role == .trained }
    for (index, entry) in trained.enumerated() {
      let end = index + 1 < trained.count ? trained[index + 1].range.lowerBound : layout.trainedRange.upperBound
      let isDecayed = decayed == .all || entry.shape.rank >= 2
      if let last = runs.last, last.isDecayed == isDecayed {
        runs[runs.count - 1].range = last.range.lowerBound..<end
      } else {
        runs.append((entry.range.lowerBound..<end, isDecayed))
      }
    }
    self.runs = runs
  }

  /// Calls `body` with the parts of `range` in their order.
  func forEach(in range: Range<Int>, _ body: (_ part: Range<Int>, _ isDecayed: Bool) -> Void) {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].range.upperBound <= range.lowerBound { low = middle + 1 } else { high = middle }
    }
    for run in runs[low...] {
      let part = run.range.clamped(to: range)
      if part.isEmpty { return }
      body(part, run.isDecayed)
    }
  }
}
