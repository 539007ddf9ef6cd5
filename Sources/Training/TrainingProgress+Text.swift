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
    if samplesPerSecond > 0 { figures.append("\(samplesPerSecond.short) samples/s") }
    if let secondsLeft { figures.append("\(secondsLeft.clock) left") }
    return figures
  }

  /// `  3/30`: as wide for every value of `part`, so that columns stay put.
  private func fraction(_ part: Int, _ whole: Int) -> String {
    let whole = String(whole)
    return String(part).leftPadded(to: whole.count) + "/" + whole
  }
}

extension Double {
  /// With `digits` digits after the point.
  func fixed(_ digits: Int) -> String {
    guard isFinite else { return "\(self)" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (magnitude * scale).rounded()
    guard scaled < 1e15 else { return "\(self)" }
    let units = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, digits + 1 - units.count)) + units
    let sign = self < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + padded }
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
  }

  /// `97.2%` for 0.972.
  var percent: String { (self * 100).fixed(1) + "%" }

  /// `950`, `45.1k`, `1.2M`.
  var short: String {
    if rounded() < 1e3 { return fixed(0) }
    if (self / 100).rounded() < 1e4 { return (self / 1e3).fixed(1) + "k" }
    return (self / 1e6).fixed(1) + "M"
  }

  /// Seconds as `0:12`, `3:05:09`.
  var clock: String {
    let seconds = Int(rounded(.up))
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    let tail = String(seconds % 60).leftPadded(to: 2, with: "0")
    return hours > 0 ? "\(hours):\(String(minutes).leftPadded(to: 2, with: "0")):\(tail)" : "\(minutes):\(tail)"
  }
}

extension String {
  func leftPadded(to width: Int, with fill: Character = " ") -> String {
    String(repeating: fill, count: max(0, width - count)) + self
  }
}
