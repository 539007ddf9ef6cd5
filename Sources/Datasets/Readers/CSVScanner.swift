/// Cuts comma-separated values (RFC 4180) into rows of fields, one row at a time, without copying them.
///
/// Lines end with LF or CRLF, and blank lines are passed over. A field in quotes may hold commas, line ends and doubled
/// quotes. A byte-order mark at the start is passed over. Copying a scanner keeps the place: that is how to look ahead.
struct CSVScanner {
  /// A field's bytes: inside the quotes where it has them, without surrounding blanks where it has not.
  struct Field {
    var start: Int
    var end: Int
    var hasDoubledQuotes = false
  }

  let bytes: [UInt8]
  let path: String
  /// The line, from 1, on which the row read last began.
  private(set) var rowLine = 0
  private var position = 0
  private var line = 1

  /// The most fields of a row.
  private static let fieldLimit = 1 << 20

  private static let (quote, comma, lineFeed, carriageReturn) = (
    UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r")
  )

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// Replaces `fields` by those of the next row; false at the end of the file.
  mutating func next(into fields: inout [Field]) throws(DatasetError) -> Bool {
    fields.removeAll(keepingCapacity: true)
    while position < bytes.count {
      rowLine = line
      var another = true
      while another {
        skipBlanks()
        let isQuoted = position < bytes.count && bytes[position] == Self.quote
        fields.append(isQuoted ? try quotedField() : plainField())
        guard fields.count <= Self.fieldLimit else {
          throw .badContent(
            path, line: rowLine, "the row has more than \(Self.fieldLimit) fields",
            remedy: "Check that this is a table.")
        }
        another = takeSeparator()
      }
      if fields.count == 1 && fields[0].start == fields[0].end {
        fields.removeAll(keepingCapacity: true)
        continue
      }
      return true
    }
    return false
  }

  func text(of field: Field) -> String { String(decoding: content(of: field), as: UTF8.self) }

  /// The field's bytes, UTF-8 or not.
  func content(of field: Field) -> [UInt8] {
    guard field.hasDoubledQuotes else { return Array(bytes[field.start..<field.end]) }
    var content: [UInt8] = []
    var i = field.start
    while i < field.end {
      content.append(bytes[i])
      i += bytes[i] == Self.quote ? 2 : 1
    }
    return content
  }

  private mutating func plainField() -> Field {
    let start = position
    while position < bytes.count, bytes[position] != Self.comma, bytes[position] != Self.lineFeed {
      position += 1
    }
    var end = position
    while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
    return Field(start: start, end: end)
  }

  /// Begins at the opening quote, and leaves the place at the comma or line end after the closing one.
  private mutating func quotedField() throws(DatasetError) -> Field {
    let openingLine = line
    position += 1
    var field = Field(start: position, end: position)
    while true {
      guard position < bytes.count else {
        throw .badContent(
          path, line: openingLine, "a quote is opened and never closed",
          remedy: "Close it; write a quote inside quotes twice.")
      }
      let isDoubled = position + 1 < bytes.count && bytes[position + 1] == Self.quote
      if bytes[position] == Self.quote && !isDoubled { break }
      if bytes[position] == Self.quote {
        field.hasDoubledQuotes = true
        position += 1
      }
      if bytes[position] == Self.lineFeed { line += 1 }
      position += 1
    }
    field.end = position
    position += 1
    skipBlanks()
    guard position == bytes.count || bytes[position] == Self.comma || bytes[position] == Self.lineFeed else {
      throw .badContent(
        path, line: line, "text follows a closing quote",
        remedy: "Put a comma after the quote; write a quote inside quotes twice.")
    }
    return field
  }

  /// Steps over a comma (true), or over a line end (false).
  private mutating func takeSeparator() -> Bool {
    guard position < bytes.count else { return false }
    position += 1
    if bytes[position - 1] == Self.comma { return true }
    line += 1
    return false
  }

  private mutating func skipBlanks() {
    while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
  }

  /// Carriage returns are blanks too: what matters of a CRLF is its LF.
  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == carriageReturn
  }
}
