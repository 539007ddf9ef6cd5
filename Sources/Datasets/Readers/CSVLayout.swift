import Failures

/// How the rows of one table are made: found from its first two rows and the options, before any number is read.
struct CSVLayout {
  /// Fields in every row.
  let width: Int
  /// The label's place in the row, from 0.
  let label: Int
  /// Stands before the first row of data.
  let data: CSVScanner
  /// What scikit-learn's first row announces, if the table has one.
  let announced: (rows: Int, classNames: [String])?

  init(_ start: CSVScanner, options: CSVOptions) throws(DatasetError) {
    var afterFirst = start
    var first: [CSVScanner.Field] = []
    var second: [CSVScanner.Field] = []
    guard try afterFirst.next(into: &first) else {
      throw .badContent(options.path, "holds no rows", remedy: "Bring data.")
    }
    var afterSecond = afterFirst
    let hasSecond = try afterSecond.next(into: &second)
    var columnNames: [String]?
    if options.header == .automatic, hasSecond,
      let announced = Self.announcement(in: first, width: second.count, scanner: start)
    {
      self.announced = announced
      (width, data) = (second.count, afterFirst)
    } else {
      announced = nil
      let hasNames =
        switch options.header {
        case .yes: true
        case .no: false
        case .automatic: first.allSatisfy { start.number(in: $0) == nil }
        }
      columnNames = hasNames ? first.map { start.text(of: $0) } : nil
      (width, data) = (first.count, hasNames ? afterFirst : start)
    }
    guard width > 1 else {
      throw .badContent(
        options.path, line: afterFirst.rowLine, "the row has one field, and a sample needs a feature and a label",
        remedy: "Separate the fields by commas.")
    }
    label = try Self.labelColumn(options, width: width, names: columnNames)
  }

  /// Reads `150,4,setosa,versicolor,virginica`: rows, features, then one name per class.
  private static func announcement(
    in fields: [CSVScanner.Field], width: Int, scanner: CSVScanner
  ) -> (rows: Int, classNames: [String])? {
    guard fields.count >= 3, let rows = Int(scanner.text(of: fields[0])), rows > 0,
      Int(scanner.text(of: fields[1])) == width - 1,
      fields[2...].allSatisfy({ scanner.number(in: $0) == nil })
    else { return nil }
    return (rows, fields[2...].map { scanner.text(of: $0) })
  }

  private static func labelColumn(
    _ options: CSVOptions, width: Int, names: [String]?
  ) throws(DatasetError) -> Int {
    switch options.label {
    case .last:
      return width - 1
    case .number(let number):
      guard number >= 1, number <= width else {
        throw .configuration(
          "\(options.path): there is no label column \(number), the columns are 1 to \(width)",
          remedy: "Set data.label to one of them, or to last.")
      }
      return number - 1
    case .name(let name):
      guard let names else {
        throw .configuration(
          "\(options.path): there is no label column '\(name)', the columns have no names",
          remedy: "Set data.label to a column number or to last, or data.header to yes if the first row has names.")
      }
      guard let column = names.firstIndex(of: name) else {
        let nearest = nearestName(to: name, among: names)
        throw .configuration(
          "\(options.path): there is no label column '\(name)'",
          remedy: nearest.map { "Did you mean '\($0)'?" } ?? "The columns are \(names.joined(separator: ", ")).")
      }
      return column
    }
  }
}
