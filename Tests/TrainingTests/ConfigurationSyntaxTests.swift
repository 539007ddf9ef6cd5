import Failures
import Testing

@testable import Training

@Suite struct ConfigurationSyntaxTests {
  private func compose(_ yaml: String) throws -> YAMLNode? {
    try YAMLComposer.compose(yaml, at: SourceLocation(name: "a.yaml", line: 1, column: 1, directory: "/here"))
  }

  @Test("nodes know their line and column")
  func places() throws {
    let root = try #require(try compose("# comment\na:\n  - x\n  - \"y\"\n"))
    guard case .mapping(let entries) = root.content, case .sequence(let elements) = entries[0].value.content else {
      Issue.record("not a mapping with a list")
      return
    }
    #expect(entries[0].keyLocation.columnDescription == "a.yaml:2:1")
    #expect(elements.map(\.location.columnDescription) == ["a.yaml:3:5", "a.yaml:4:5"])
    #expect(elements.map(\.plainText) == ["x", nil])
  }

  @Test("a text without content is nothing", arguments: ["", "\n\n", "# a comment\n"])
  func empty(yaml: String) throws {
    #expect(try compose(yaml) == nil)
  }

  @Test(
    "what is not YAML, or more of it than a configuration needs, is refused at its line and column",
    arguments: [
      ("a: [1, 2", "a.yaml:2:1: not YAML: did not find expected"),
      ("a: 1\n b: 2", "a.yaml:2:3: not YAML: "),
      ("a:\n\tb: 1", "a.yaml:2:1: not YAML: this character cannot begin a value"),
      ("a: @x", "a.yaml:1:4: not YAML: this character cannot begin a value"),
      ("a: \"open", "a.yaml:1:9: not YAML: "),
      ("a: &x 1\nb: *x", "a.yaml:1:4: anchors (&name) and aliases (*name) are not supported here"),
      ("a: *x", "a.yaml:1:4: anchors (&name) and aliases (*name) are not supported here"),
      ("a: &x {b: 1}", "a.yaml:1:4: anchors (&name)"),
      ("a: !!int 1", "a.yaml:1:4: tags (!name) are not supported here"),
      ("a: !!seq [1]", "a.yaml:1:4: tags (!name) are not supported here"),
      ("a: 1\nb: 2\na: 3", "a.yaml:3:1: the key 'a' is given twice"),
      ("a: 1\n---\nb: 2", "a.yaml:2:1: a second document begins here"),
      ("? [a]\n: 1", "a.yaml:1:3: a key must be a single word"),
      ("a: \u{1}", "a.yaml: not a YAML text: control characters are not allowed"),
    ])
  func refused(yaml: String, message: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try compose(yaml) }
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    #expect(error?.exitStatus == .configuration)
  }

  @Test("nesting is limited, and a bomb of brackets is refused rather than crashed on")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(try compose(nested(YAMLComposer.maximumDepth)) != nil)
    for depth in [YAMLComposer.maximumDepth + 1, 100_000] {
      let error = #expect(throws: ConfigurationError.self) { try compose(nested(depth)) }
      #expect(error?.message.contains("nested more than 16 levels deep") == true)
    }
  }
}
