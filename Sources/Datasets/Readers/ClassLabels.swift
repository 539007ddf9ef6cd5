/// What numbers may stand for classes.
enum ClassLabels {
  /// More classes than this are taken for a mistake: a column of identifiers, or a quantity.
  static let countLimit = 65_536

  static let remedy = "Number the classes 0, 1, 2 and so on; to learn a quantity, set data.task to regression."

  /// Why `value` cannot be a class, to be put after "label 1.5"; `nil` where it can.
  static func problem(with value: Double, classCount: Int?) -> String? {
    if value != value.rounded() { return "is not a whole number" }
    if value < 0 { return "is negative" }
    if let classCount, value >= Double(classCount) {
      return "is out of range: the classes are 0 to \(classCount - 1)"
    }
    if value >= Double(countLimit) { return "is out of range: at most \(countLimit) classes can be told apart" }
    return nil
  }

  /// One more than the largest label, or `nil` where all labels are the same.
  static func count(_ labels: [Int32]) -> Int? {
    guard let smallest = labels.min(), let largest = labels.max(), smallest < largest else { return nil }
    return Int(largest) + 1
  }
}
