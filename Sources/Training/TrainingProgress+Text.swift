import Tables

/// A speed in what people count: tokens where samples are sequences of so many.
func speedText(_ samplesPerSecond: Double, tokensPerSample: Int?) -> String {
  guard let tokensPerSample else { return "\(samplesPerSecond.short) samples/s" }
  return "\((samplesPerSecond * Double(tokensPerSample)).short) tokens/s"
}

extension TrainingProgress {
  /// `epoch  3/30  step   69/690  loss 0.1234  validation 0.0987 97.2%  45.1k samples/s  0:12 left`
  var line: String { figures.joined(separator: "  ") }

  /// `line` behind a bar that takes what the terminal's `width` leaves, or cut off at it.
  func bar(width: Int) -> String {
    let text = line
    let room = width - 1 - text.count - 3
    guard room >= 10 else { return String(text.prefix(max(width - 1, 0))) }
    let cells = min(room, 30)
    let done = totalSteps == 0 ? cells : cells * step / totalSteps
    return "[" + String(repeating: "=", count: done) + String(repeating: " ", count: cells - done) + "] " + text
  }

  private var figures: [String] {
    var figures = [
      "epoch \(fraction(min(Int(epoch), totalEpochs), totalEpochs))",
      "step \(fraction(step, totalSteps))",
      "loss \(loss.fixed(4))",
    ]
    if let validation {
      let accuracy = validation.accuracy.map { " " + $0.percent } ?? ""
      figures.append("validation \(validation.loss.fixed(4))\(accuracy)")
    }
    if samplesPerSecond > 0 { figures.append(speedText(samplesPerSecond, tokensPerSample: tokensPerSample)) }
    if let secondsLeft { figures.append("\(secondsLeft.clock) left") }
    return figures
  }

  /// `  3/30`: as wide for every value of `part`, so that columns stay put.
  private func fraction(_ part: Int, _ whole: Int) -> String {
    let whole = String(whole)
    return String(part).leftPadded(to: whole.count) + "/" + whole
  }
}
