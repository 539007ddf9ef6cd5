/// Makes a data set of the rows of one table: a label in one column, numbers in all others.
struct CSVReader {
  let bytes: [UInt8]
  let options: CSVOptions

  func read() throws(DatasetError) -> Dataset {
    let layout = try CSVLayout(CSVScanner(bytes: bytes, path: options.path), options: options)
    var scanner = layout.data
    var features: [Float] = []
    var labels = CSVLabels(options: options, column: layout.label, announcedNames: layout.announced?.classNames)
    var fields: [CSVScanner.Field] = []
    while try scanner.next(into: &fields) {
      guard fields.count == layout.width else {
        throw .badContent(
          options.path, line: scanner.rowLine, "the row has \(fields.count) fields, the others have \(layout.width)",
          remedy: "Make all rows equally long.")
      }
      for (column, field) in fields.enumerated() {
        if column == layout.label {
          try labels.append(field, scanner: scanner)
        } else {
          features.append(try scanner.float(in: field, column: column))
        }
      }
    }
    if let announced = layout.announced, announced.rows != labels.count {
      throw .badContent(
        options.path, line: 1, "the first row announces \(announced.rows) rows, the file holds \(labels.count)",
        remedy: "The file may be truncated: fetch it again.")
    }
    let (targets, classNames) = try labels.targets()
    return Dataset(
      sampleShape: [layout.width - 1], features: features, targets: targets, classNames: classNames,
      origin: options.path)
  }
}

extension CSVScanner {
  /// The number in a field of the row read last.
  ///
  /// - Throws: where the field is empty, text, NaN or infinite.
  func float(in field: Field, column: Int) throws(DatasetError) -> Float {
    let remedy = "Give a number there, or remove the row or the column."
    guard let number = number(in: field) else {
      let problem = field.start == field.end ? "the field is empty" : "'\(text(of: field))' is not a number"
      let headerHint = " If the first row names the columns, set data.header to yes."
      throw .badContent(
        path, line: rowLine, column: column + 1, problem, remedy: rowLine == 1 ? remedy + headerHint : remedy)
    }
    let float = Float(number)
    guard float.isFinite else {
      throw .badContent(
        path, line: rowLine, column: column + 1, "'\(text(of: field))' is not a finite Float", remedy: remedy)
    }
    return float
  }
}
