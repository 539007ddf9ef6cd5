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

  /// Seconds as `1.234 s`, `1.234 ms` or `1.234 µs`.
  public var duration: String {
    if self >= 1 { return fixed(3) + " s" }
    if self >= 1e-3 { return (self * 1e3).fixed(3) + " ms" }
    return (self * 1e6).fixed(3) + " µs"
  }

  /// Seconds in three digits: `1.25 s`, `12.5 ms`, `125 µs`; `0` for none.
  public var briefDuration: String {
    guard self > 0 else { return "0" }
    let (unit, size) = self >= 0.9995 ? ("s", 1) : self >= 0.9995e-3 ? ("ms", 1e-3) : ("µs", 1e-6)
    let value = self / size
    return value.fixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2) + " " + unit
  }
}
