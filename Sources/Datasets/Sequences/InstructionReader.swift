import Files

/// Reads instructions: a JSON array of objects, or such objects one on each line, plain or gzipped. An object has the fields
/// `instruction` and `output`, and `input` if the task has one.
public struct InstructionReader {
  let path: String

  public init(path: String) { self.path = path }

  /// - Throws: where the file cannot be read, holds no instructions, or one lacks a field.
  public func read() throws(DatasetError) -> [Instruction] {
    let bytes = try FileReader.contents(of: path)
    var instructions: [Instruction] = []
    let isArray = bytes.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "[")
    if isArray && !JSONLines.isName(path) {
      for (number, members) in try objects(in: bytes).enumerated() {
        instructions.append(try Instruction(JSONObject(members, place: "\(path): record \(number + 1)")))
      }
    } else {
      try JSONLines(bytes: bytes, path: path).forEach { object throws(DatasetError) in
        instructions.append(try Instruction(object))
      }
    }
    guard !instructions.isEmpty else { throw .badContent(path, "holds no instructions", remedy: "Bring instructions.") }
    return instructions
  }

  private func objects(in bytes: [UInt8]) throws(DatasetError) -> [[String: JSONValue]] {
    let remedy = "It must be an array of objects with the fields instruction, input and output."
    let value: JSONValue
    do throws(JSONParser.Failure) {
      value = try JSONParser.parse(bytes[...], maximumDepth: JSONLines.maximumDepth)
    } catch {
      throw .badContent(path, byte: error.offset, "the file is not JSON: \(error.reason)", remedy: remedy)
    }
    guard case .array(let elements) = value else { throw .badContent(path, "is no array", remedy: remedy) }
    var objects: [[String: JSONValue]] = []
    for (number, element) in elements.enumerated() {
      guard case .object(let members) = element else {
        throw .badContent("\(path): record \(number + 1)", "is no object", remedy: remedy)
      }
      objects.append(members)
    }
    return objects
  }
}

extension Instruction {
  fileprivate init(_ object: JSONObject) throws(DatasetError) {
    self.init(
      instruction: try object.text("instruction"), input: object.has("input") ? try object.text("input") : "",
      output: try object.text("output"))
  }
}
