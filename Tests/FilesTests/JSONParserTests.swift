import Files
import Testing

@Suite("The strict reader of JSON")
struct JSONParserTests {
  @Test("keeps the order of members and the bytes of their names")
  func exactMembers() throws {
    let node = try parse("{\"b\": 1, \"a\": 2, \"\u{E9}\": 3, \"e\u{301}\": 4}")
    let members = try #require(node.members)
    #expect(members.map(\.name) == ["b", "a", "\u{E9}", "e\u{301}"].map { Array($0.utf8) })
    #expect(members.map(\.value.integer) == [1, 2, 3, 4])
    #expect(members.map(\.offset) == [1, 9, 17, 26])
    #expect(node["e\u{301}"]?.integer == 4)
    // As strings the last two are one name.
    let failure = #expect(throws: JSONParser.Failure.self) {
      try JSONParser.parse(Array("{\"\u{E9}\": 3, \"e\u{301}\": 4}".utf8)[...], maximumDepth: 2)
    }
    #expect(failure?.offset == 10)
  }

  @Test("reads every kind of value, and its own text again")
  func values() throws {
    let text =
      #"{"s": "a\"\\\/\b\f\n\r\tç\u00e9\ud83d\udc26\u0001", "n": [0, -1, 1e3, -0.5, 18446744073709551615, true, null]}"#
    for node in [try parse(text), try parse(String(decoding: parse(text).serialized(), as: UTF8.self))] {
      #expect(node["s"]?.bytes == Array("a\"\\/\u{8}\u{C}\n\r\tçé🐦\u{1}".utf8))
      let numbers = try #require(node["n"]?.elements)
      #expect(numbers.map(\.number) == [0, -1, 1000, -0.5, 0x1p64, nil, nil])
      #expect(numbers[0].integer == 0)
      #expect(numbers[5].boolean == true)
      #expect(numbers[6].isNull)
    }
  }

  @Test(
    "says where and why a text is not acceptable",
    arguments: [
      ("", 0, "a value was expected"), ("[1", 2, "']' was expected"), ("{\"a\" 1}", 5, "':' was expected"),
      ("[01]", 3, "a number with a leading zero"), ("[1e999]", 6, "a number out of range"),
      ("nul", 3, "a value was expected"),
      ("\"a\nb\"", 2, "a control character in a string"), ("\"\\ud800\"", 7, "half a surrogate pair"),
      ("\"\\x\"", 3, "an unknown escape"),
      ("1 2", 2, "text after the value"), ("[[[[1]]]]", 3, "more than 3 levels of nesting"),
      ("\"abc", 4, "the text ends inside a string"),
    ])
  func failures(text: String, offset: Int, reason: String) {
    let failure = #expect(throws: JSONParser.Failure.self) { try parse(text) }
    #expect(failure?.offset == offset)
    #expect(failure?.reason == reason)
  }

  @Test("refuses a repeated name among few and among many")
  func repeatedNames() {
    for count in [2, 9, 40] {
      let members = (0..<count).map { "\"k\($0)\": 0" } + ["\"k\(count / 2)\": 1"]
      let failure = #expect(throws: JSONParser.Failure.self) { try parse("{\(members.joined(separator: ","))}") }
      #expect(failure?.reason == "the key 'k\(count / 2)' stands twice")
    }
  }

  @Test("refuses bytes that are no UTF-8")
  func invalidUTF8() {
    let failure = #expect(throws: JSONParser.Failure.self) {
      try JSONParser.parseExactly([0x22, 0x61, 0xFF, 0x22][...], maximumDepth: 1)
    }
    #expect(failure?.offset == 2)
  }

  private func parse(_ text: String) throws(JSONParser.Failure) -> JSONNode {
    try JSONParser.parseExactly(Array(text.utf8)[...], maximumDepth: 3)
  }
}
