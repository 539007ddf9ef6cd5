extension CSVScanner {
  /// The number that a field holds, correctly rounded; infinite or NaN where it says so or overflows; `nil` for text.
  func number(in field: Field) -> Double? {
    var i = field.start
    let isNegative = i < field.end && bytes[i] == UInt8(ascii: "-")
    if i < field.end, isNegative || bytes[i] == UInt8(ascii: "+") { i += 1 }
    var significand: UInt64 = 0
    var digits = 0
    var decimals = 0
    var pointSeen = false
    while i < field.end, digits <= Self.exactDigits {
      let digit = bytes[i] &- UInt8(ascii: "0")
      if digit < 10 {
        significand = significand * 10 + UInt64(digit)
        digits += 1
        decimals += pointSeen ? 1 : 0
      } else if bytes[i] == UInt8(ascii: ".") && !pointSeen {
        pointSeen = true
      } else {
        break
      }
      i += 1
    }
    guard i == field.end, digits > 0, digits <= Self.exactDigits else { return uncommonNumber(in: field) }
    // Both are exact in Double, so that one division rounds once.
    let magnitude = Double(significand) / Self.powersOfTen[decimals]
    return isNegative ? -magnitude : magnitude
  }

  /// Whole numbers of so many digits are exact in Double.
  private static let exactDigits = 15
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  /// Numbers with an exponent or many digits, and the names of what is no finite number.
  private func uncommonNumber(in field: Field) -> Double? {
    let text = text(of: field)
    let isDecimal = text.utf8.allSatisfy { byte in
      byte &- UInt8(ascii: "0") < 10 || "+-.eE".utf8.contains(byte)
    }
    let word = text.lowercased().drop { $0 == "-" || $0 == "+" }
    return isDecimal || ["nan", "inf", "infinity"].contains(word) ? Double(text) : nil
  }
}
