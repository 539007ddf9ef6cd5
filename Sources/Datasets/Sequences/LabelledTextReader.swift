import Failures
import Tokenizers

/// Reads texts with a label each: lines `label<tab>text`, or a table of comma-separated values whose first row names its
/// columns (a file named `.csv`); plain or gzipped. A byte-order mark at the start is passed over.
public struct LabelledTextReader {
  /// The texts in the order of the file, with their classes, which are numbered in the order of their names.
  public struct Texts: Hashable, Sendable {
    public var texts: [[UInt8]] = []
    public var classes: [Int32] = []
    public var names: [String] = []
  }

  let path: String
  /// The column that has the text, in a table.
  let field: String
  /// The column that has the label, in a table.
  let label: CSVOptions.LabelColumn

  public init(path: String, field: String = "text", label: CSVOptions.LabelColumn = .last) {
    self.path = path
    self.field = field
    self.label = label
  }

  private struct LabelledText {
    var label: String
    var text: [UInt8]
    var line: Int
  }

  /// - Parameter known: the classes of a model that is there already; `nil`: those of the file.
  /// - Throws: where the file cannot be read, a line or row has no label or one that is not known, or all have the same.
  public func read(classes known: [String]? = nil) throws(DatasetError) -> Texts {
    let bytes = try FileReader.contents(of: path)
    var texts: [LabelledText] = []
    if path.hasSuffix(".csv") || path.hasSuffix(".csv.gz") {
      try readTable(bytes, into: &texts)
    } else {
      try readLines(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...], into: &texts)
    }
    guard !texts.isEmpty else { throw .badContent(path, "holds no texts", remedy: "Bring texts.") }
    let names = if let known { known } else { try names(of: texts) }
    // The names of a model that is there already come from a file.
    let numbers = Dictionary(names.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    var classes: [Int32] = []
    for text in texts {
      guard let number = numbers[text.label] else {
        throw .badContent(
          path, line: text.line, "the model knows no class '\(text.label)'",
          remedy: "It was trained to tell apart: \(names.prefix(9).joined(separator: ", ")).")
      }
      classes.append(number)
    }
    return Texts(texts: texts.map(\.text), classes: classes, names: names)
  }

  /// The classes of the file in the order of their UTF-8 bytes.
  private func names(of texts: [LabelledText]) throws(DatasetError) -> [String] {
    let names = Set(texts.map(\.label)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard names.count > 1 else {
      throw .badContent(
        path, "every text has label \(names.first ?? "")",
        remedy: "Classification needs samples of at least two classes; check data.label.")
    }
    guard names.count <= ClassLabels.countLimit else {
      throw .badContent(
        path, "more than \(ClassLabels.countLimit) different labels",
        remedy: "Check that data.label is the right column.")
    }
    return names
  }

  private func readLines(_ bytes: ArraySlice<UInt8>, into texts: inout [LabelledText]) throws(DatasetError) {
    for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if line.isEmpty { continue }
      guard let tab = line.firstIndex(of: UInt8(ascii: "\t")), tab > line.startIndex else {
        throw .badContent(
          path, line: number + 1, "there is no label and tab in front of a text",
          remedy: "Every line must be a label, a tab and a text; name a table of comma-separated values .csv.")
      }
      texts.append(
        LabelledText(
          label: String(decoding: line[..<tab], as: UTF8.self), text: Array(line[(tab + 1)...]), line: number + 1))
    }
  }

  private func readTable(_ bytes: [UInt8], into texts: inout [LabelledText]) throws(DatasetError) {
    var scanner = CSVScanner(bytes: bytes, path: path)
    var fields: [CSVScanner.Field] = []
    guard try scanner.next(into: &fields) else { throw .badContent(path, "holds no rows", remedy: "Bring texts.") }
    let names = fields.map { scanner.text(of: $0) }
    let textColumn = try column(field, among: names, key: "data.field")
    let labelColumn = try labelColumn(among: names)
    guard textColumn != labelColumn else {
      throw .configuration(
        "\(path): column '\(names[textColumn])' cannot be both text and label",
        remedy: "Set data.field and data.label to two columns.")
    }
    while try scanner.next(into: &fields) {
      guard fields.count == names.count else {
        throw .badContent(
          path, line: scanner.rowLine, "the row has \(fields.count) fields, the first has \(names.count)",
          remedy: "Make all rows equally long; put texts with commas into quotes.")
      }
      let label = scanner.text(of: fields[labelColumn])
      guard !label.isEmpty else {
        throw .badContent(
          path, line: scanner.rowLine, column: labelColumn + 1, "the label is empty",
          remedy: "Give the text a class, or remove the row.")
      }
      texts.append(LabelledText(label: label, text: scanner.content(of: fields[textColumn]), line: scanner.rowLine))
    }
  }

  private func labelColumn(among names: [String]) throws(DatasetError) -> Int {
    switch label {
    case .last: return names.count - 1
    case .name(let name): return try column(name, among: names, key: "data.label")
    case .number(let number):
      guard number >= 1, number <= names.count else {
        throw .configuration(
          "\(path): there is no label column \(number), the columns are 1 to \(names.count)",
          remedy: "Set data.label to one of them, or to last.")
      }
      return number - 1
    }
  }

  private func column(_ name: String, among names: [String], key: String) throws(DatasetError) -> Int {
    if let column = names.firstIndex(of: name) { return column }
    throw .configuration(
      "\(path): there is no column '\(name)'",
      remedy: nearestName(to: name, among: names).map { "Did you mean '\($0)'? Set \(key)." }
        ?? "Set \(key) to one of \(names.joined(separator: ", ")).")
  }
}
