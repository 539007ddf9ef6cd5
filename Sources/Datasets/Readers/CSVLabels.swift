/// The label column of a table, gathered row by row: quantities, class numbers, or class names.
///
/// The first label decides between numbers and names, so that a slip of the pen in a column of numbers is an error and
/// not a class of its own. Names become classes in the order of their UTF-8 bytes.
struct CSVLabels {
  private let options: CSVOptions
  private let column: Int
  private let announcedNames: [String]?
  private var values: [Float] = []
  private var classes: [Int32] = []
  /// Names in the order in which they first appear, and the place of each.
  private var names: [String] = []
  private var namePlaces: [String: Int32] = [:]

  init(options: CSVOptions, column: Int, announcedNames: [String]?) {
    self.options = options
    self.column = column
    self.announcedNames = announcedNames
  }

  var count: Int { max(values.count, classes.count) }

  mutating func append(_ field: CSVScanner.Field, scanner: CSVScanner) throws(DatasetError) {
    switch options.task {
    case .regression:
      values.append(try scanner.float(in: field, column: column))
    case .classification:
      let isNamed = classes.isEmpty ? scanner.number(in: field) == nil : !names.isEmpty
      classes.append(isNamed ? try place(ofName: field, scanner) : try classNumber(field, scanner))
    }
  }

  /// - Throws: where there are no samples, or only one class.
  func targets() throws(DatasetError) -> (Dataset.Targets, classNames: [String]) {
    guard count > 0 else { throw .badContent(options.path, "holds no rows of data", remedy: "Bring data.") }
    if options.task == .regression { return (.values(values, width: 1), []) }
    guard let classCount = ClassLabels.count(classes) else {
      throw .badContent(
        options.path, "every sample has label \(names.first ?? String(classes[0]))",
        remedy: "Classification needs samples of at least two classes; check data.label.")
    }
    if names.isEmpty {
      return (.classes(classes, classCount: announcedNames?.count ?? classCount), announcedNames ?? [])
    }
    let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var ranks = [Int32](repeating: 0, count: names.count)
    for (rank, name) in sorted.enumerated() {
      ranks[Int(namePlaces[name]!)] = Int32(rank)
    }
    return (.classes(classes.map { ranks[Int($0)] }, classCount: sorted.count), sorted)
  }

  private func classNumber(_ field: CSVScanner.Field, _ scanner: CSVScanner) throws(DatasetError) -> Int32 {
    let value = try scanner.float(in: field, column: column)
    if let problem = ClassLabels.problem(with: Double(value), classCount: announcedNames?.count) {
      throw .badContent(
        options.path, line: scanner.rowLine, column: column + 1, "label \(scanner.text(of: field)) \(problem)",
        remedy: ClassLabels.remedy)
    }
    return Int32(value)
  }

  private mutating func place(
    ofName field: CSVScanner.Field, _ scanner: CSVScanner
  ) throws(DatasetError) -> Int32 {
    guard field.start < field.end else {
      throw .badContent(
        options.path, line: scanner.rowLine, column: column + 1, "the label is empty",
        remedy: "Give the sample a class, or remove the row.")
    }
    let name = scanner.text(of: field)
    if let place = namePlaces[name] { return place }
    guard names.count < ClassLabels.countLimit else {
      throw .badContent(
        options.path, line: scanner.rowLine, column: column + 1,
        "more than \(ClassLabels.countLimit) different labels", remedy: "Check that data.label is the right column.")
    }
    let place = Int32(names.count)
    names.append(name)
    namePlaces[name] = place
    return place
  }
}
