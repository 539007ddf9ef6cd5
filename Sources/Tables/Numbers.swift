/// Numbers as people read them, with the same digits whatever the locale.
extension Double {
  /// With `digits` digits after the point.
  public func fixed(_ digits: Int) -> String {
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
  public var percent: String { (self * 100).fixed(1) + "%" }

  /// `950`, `45.1k`, `1.2M`.
  public var short: String {
    if rounded() < 1e3 { return fixed(0) }
    if (self / 100).rounded() < 1e4 { return (self / 1e3).fixed(1) + "k" }
    return (self / 1e6).fixed(1) + "M"
  }

  /// Seconds as `0:12`, `3:05:09`.
  public var clock: String {
    let seconds = Int(rounded(.up))
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    let tail = String(seconds % 60).leftPadded(to: 2, with: "0")
    return hours > 0 ? "\(hours):\(String(minutes).leftPadded(to: 2, with: "0")):\(tail)" : "\(minutes):\(tail)"
  }
}
