/// A text for small language models: words of a small vocabulary in an order that has no end.
public func sampleText() -> String {
  let words = ["the", "flock", "turns", "as", "one", "and", "every", "bird", "keeps", "its", "place", "in", "wind"]
  var random = SeededGenerator(seed: 4)
  return (0..<2000).map { number in
    (words.randomElement(using: &random) ?? "") + (number % 9 == 8 ? ".\n" : " ")
  }.joined()
}
