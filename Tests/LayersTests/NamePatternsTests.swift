import Layers
import Testing

@Suite("Patterns of names")
struct NamePatternsTests {
  @Test(
    "a star stands for any characters; without one the whole name is meant",
    arguments: [
      ("*", "blocks.0.up.weight", true), ("tokens.*", "tokens.weight", true), ("tokens.*", "positions.weight", false),
      ("*.bias", "blocks.0.up.bias", true), ("*.bias", "blocks.0.bias.up", false),
      ("blocks.*.attention.*", "blocks.11.attention.output.weight", true), ("norm", "norm", true),
      ("norm", "norm.weight", false), ("*a*ab", "caaab", true), ("*a*ab", "caaba", false), ("", "", true),
      ("", "a", false),
      ("blocks.1*", "blocks.10", true),
    ])
  func one(_ pattern: String, _ name: String, _ matches: Bool) {
    #expect(NamePatterns([pattern]).match(name) == matches)
  }

  @Test("several choose what any of them chooses, but what one with an exclamation mark takes out")
  func several() {
    let patterns = NamePatterns(["tokens.*", "blocks.*", "!blocks.1.*"])
    #expect(patterns.match("tokens.weight") && patterns.match("blocks.0.up.bias"))
    #expect(!patterns.match("blocks.1.up.bias") && !patterns.match("norm.weight"))
    #expect(!NamePatterns(["!a"]).match("b") && !NamePatterns.none.match("a"))
  }
}
