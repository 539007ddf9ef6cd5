/// Finds all tokens that a text begins with, byte by byte.
///
/// The children of a node lie side by side, in the order of their bytes.
struct PrefixTree: Sendable {
  /// The byte that leads to each node.
  private var labels: [UInt8] = [0]
  /// The id of the token that ends at each node, or -1.
  private var ids: [Int32] = [-1]
  /// Where the children of each node begin; they end where those of the next begin.
  private var firstChildren: [Int32] = []

  init(_ tokens: TokenTable) {
    let sorted = (0..<Int32(tokens.count)).filter { tokens.contains($0) && !tokens.bytes(of: $0).isEmpty }
      .map { (bytes: Array(tokens.bytes(of: $0)), id: $0) }
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    // Level by level: the tokens below each node, and how many bytes they share.
    var levels = [sorted[...]]
    var depths = [0]
    var node = 0
    while node < levels.count {
      firstChildren.append(Int32(labels.count))
      var rest = levels[node].drop { $0.bytes.count == depths[node] }
      let depth = depths[node]
      while let first = rest.first {
        let label = first.bytes[depth]
        let end = rest.firstIndex { $0.bytes[depth] != label } ?? rest.endIndex
        labels.append(label)
        ids.append(first.bytes.count == depth + 1 ? first.id : -1)
        levels.append(rest[..<end])
        depths.append(depth + 1)
        rest = rest[end...]
      }
      levels[node] = []
      node += 1
    }
    firstChildren.append(Int32(labels.count))
  }

  /// Calls `body` with the id and length of each token that `text` has at `start`, shortest first.
  func forEachToken(in text: Span<UInt8>, from start: Int, _ body: (Int32, Int) -> Void) {
    var node = 0
    for position in start..<text.count {
      guard let child = child(of: node, text[position]) else { return }
      node = child
      if ids[node] >= 0 { body(ids[node], position + 1 - start) }
    }
  }

  private func child(of node: Int, _ label: UInt8) -> Int? {
    var low = Int(firstChildren[node])
    var high = Int(firstChildren[node + 1])
    while low < high {
      let middle = (low + high) / 2
      if labels[middle] < label { low = middle + 1 } else { high = middle }
    }
    return low < Int(firstChildren[node + 1]) && labels[low] == label ? low : nil
  }
}
