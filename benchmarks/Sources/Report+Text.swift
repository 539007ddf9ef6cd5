import Tables

extension Report {
  /// A table for people: one line for each workload, then the machine's limits.
  public var text: String {
    let machine =
      "\(processor), \(instructionSet.rawValue), \(threads) \(threads == 1 ? "thread" : "threads"), \(rounds) rounds"
    let header = ["", "median", "quartile", "quartile", "rate", "of peak"]
    return machine + "\n\n" + aligned([header] + (measurements + peaks).map(\.row), firstNumber: 1)
  }
}

extension Measurement {
  fileprivate var row: [String] {
    [
      name, seconds.median.duration, seconds.lower.duration, seconds.upper.duration,
      rateText, shareOfPeak?.percent ?? "",
    ]
  }

  private var rateText: String {
    guard let rate else { return "" }
    if case .bytes = work { return (rate / 1e9).fixed(1) + " GB/s" }
    return (rate / 1e9).fixed(1) + " GFLOP/s"
  }
}
