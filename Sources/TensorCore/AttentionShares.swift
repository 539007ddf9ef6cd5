/// How attention is shared out over threads: a function of shapes alone.
///
/// The units, heads of batch rows, are dealt out one after another, so that each thread gets heads of every batch row. Those left
/// over when every thread has as many are cut: each thread takes a range of their queries (or keys).
struct AttentionShares {
  let units: Int
  let threads: Int

  /// - Parameter work: multiply-adds of all units; small work is not shared.
  init(units: Int, work: Int, threads: Int) {
    self.units = units
    self.threads = max(1, min(threads, work / (1 << 18)))
  }

  /// The units that `thread` computes alone.
  func whole(_ thread: Int) -> StrideTo<Int> { stride(from: thread, to: units / threads * threads, by: threads) }

  /// The units that all threads share.
  var divided: Range<Int> { units / threads * threads..<units }

  /// The range of `thread` when 0 ..< count is cut at multiples of `step` into ranges of nearly equal work.
  ///
  /// - Parameter work: of one element; with a causal mask a later query has more of it, a later key less.
  func range(_ thread: Int, count: Int, step: Int, work: (Int) -> Int) -> Range<Int> {
    let steps = (0..<(count + step - 1) / step).map { first in
      (first * step..<min(count, (first + 1) * step)).reduce(0) { $0 + work($1) }
    }
    let total = steps.reduce(0, +)
    var cuts = [0]
    var done = 0
    for (index, work) in steps.enumerated() {
      // A step goes to the thread in whose share of the work its middle lies.
      while cuts.count < threads && (2 * done + work) * threads >= 2 * total * cuts.count { cuts.append(index * step) }
      done += work
    }
    while cuts.count <= threads { cuts.append(count) }
    return cuts[thread]..<cuts[thread + 1]
  }
}
