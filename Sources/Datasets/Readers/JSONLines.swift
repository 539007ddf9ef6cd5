import Failures
import Files

/// A file of JSON objects, one on each line (jsonlines.org). Lines of nothing but space are passed over.
struct JSONLines {
  /// One line's object, and where it stands.
  struct Line {
    let members: [String: JSONValue]
    let path: String
    /// Counting from 1.
    let number: Int

    /// The text in a field.
    func text(_ field: String) throws(DatasetError) -> String {
      guard let value = members[field] else {
        let nearest = nearestName(to: field, among: members.keys.sorted())
        let names = members.keys.sorted().prefix(9).joined(separator: ", ")
        throw .badContent(
          path, line: number, "there is no field '\(field)'",
          remedy: nearest.map { "Did you mean '\($0)'?" } ?? "The fields there are: \(names).")
      }
      guard case .string(let text) = value else {
        throw .badContent(
          path, line: number, "the field '\(field)' is no text", remedy: "Give the name of a field that has the text.")
      }
      return text
    }
  }

  let bytes: [UInt8]
  let path: String

  /// Objects may lie in each other; deeper than this they are no data.
  static let maximumDepth = 32

  static func isName(_ path: String) -> Bool { path.hasSuffix(".jsonl") || path.hasSuffix(".jsonl.gz") }

  /// - Throws: what `body` throws, and where a line is no JSON object.
  func forEach(_ body: (Line) throws(DatasetError) -> Void) throws(DatasetError) {
    var (start, number) = (0, 1)
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let text = bytes[start..<end]
      if !text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
        try body(Line(members: try members(of: text, number), path: path, number: number))
      }
      (start, number) = (end + 1, number + 1)
    }
  }

  private func members(of text: ArraySlice<UInt8>, _ number: Int) throws(DatasetError) -> [String: JSONValue] {
    let remedy = "Every line must be a JSON object, such as {\"text\": \"Once upon a time\"}."
    let value: JSONValue
    do throws(JSONParser.Failure) {
      value = try JSONParser.parse(text, maximumDepth: Self.maximumDepth)
    } catch {
      throw .badContent(
        path, line: number, "the line is not JSON: \(error.reason) at its byte \(error.offset)", remedy: remedy)
    }
    guard case .object(let members) = value else {
      throw .badContent(path, line: number, "the line is no JSON object", remedy: remedy)
    }
    return members
  }
}
