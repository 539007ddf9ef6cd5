import Failures
import Files

/// A JSON object of a data file, and where it stands in it.
struct JSONObject {
  let members: [String: JSONValue]
  /// `a.jsonl:7`
  let place: String

  init(_ members: [String: JSONValue], place: String) { (self.members, self.place) = (members, place) }

  func has(_ field: String) -> Bool { members[field] != nil }

  /// The text in a field.
  func text(_ field: String) throws(DatasetError) -> String {
    guard let value = members[field] else {
      let nearest = nearestName(to: field, among: members.keys.sorted())
      let names = members.keys.sorted().prefix(9).joined(separator: ", ")
      throw .badContent(
        place, "there is no field '\(field)'",
        remedy: nearest.map { "Did you mean '\($0)'?" } ?? "The fields there are: \(names).")
    }
    guard case .string(let text) = value else {
      throw .badContent(
        place, "the field '\(field)' is no text", remedy: "Give the name of a field that has the text.")
    }
    return text
  }
}
