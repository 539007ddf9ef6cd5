/// The values a configuration key may have beyond being of the right type.
struct Permitted<Value>: Sendable {
  /// The end of the sentence "... must be a number, ": `at least 1`; empty where every value will do.
  let description: String
  let contains: @Sendable (Value) -> Bool

  static var any: Permitted { Permitted(description: "") { _ in true } }
}

extension Permitted where Value: Comparable & Sendable {
  static func atLeast(_ lower: Value) -> Permitted {
    Permitted(description: "at least \(lower)") { $0 >= lower }
  }

  /// Both ends belong.
  static func between(_ lower: Value, _ upper: Value) -> Permitted {
    Permitted(description: "from \(lower) to \(upper)") { $0 >= lower && $0 <= upper }
  }

  /// The lower end belongs, the upper does not.
  static func from(_ lower: Value, below upper: Value) -> Permitted {
    Permitted(description: "at least \(lower) and below \(upper)") { $0 >= lower && $0 < upper }
  }

  /// The upper end belongs, the lower does not.
  static func above(_ lower: Value, atMost upper: Value) -> Permitted {
    Permitted(description: "above \(lower) and at most \(upper)") { $0 > lower && $0 <= upper }
  }
}

extension Permitted {
  /// Every element of a list is one of `elements`.
  static func each<Element>(_ elements: Permitted<Element>) -> Permitted where Value == [Element] {
    Permitted(description: "each \(elements.description)") { $0.allSatisfy(elements.contains) }
  }
}
