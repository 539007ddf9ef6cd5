import Files

/// A file of JSON objects, one on each line (jsonlines.org). Lines of nothing but space are passed over.
struct JSONLines {
  let bytes: [UInt8]
  let path: String

  /// Objects may lie in each other; deeper than this they are no data.
  static let maximumDepth = 32

  static func isName(_ path: String) -> Bool { path.hasSuffix(".jsonl") || path.hasSuffix(".jsonl.gz") }

  /// - Throws: what `body` throws, and where a line is no JSON object.
  func forEach(_ body: (JSONObject) throws(DatasetError) -> Void) throws(DatasetError) {
    var (start, number) = (0, 1)
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let text = bytes[start..<end]
      if !text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
        try body(JSONObject(try members(of: text, number), place: "\(path):\(number)"))
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
