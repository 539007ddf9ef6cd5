/// SentencePiece's table of characters and what replaces them, as its models carry it.
///
/// A little-endian UInt32 tells how many bytes of a double array (Aoe 1989, in the layout of Darts-clone) follow; behind it
/// are the replacements, each ended by a zero byte. The array finds a character's UTF-8 byte by byte and has the place of its
/// replacement.
struct PrecompiledCharacters: Sendable {
  private let units: [UInt32]
  private let replacements: [UInt8]

  /// In bytes.
  var longestReplacement: Int { replacements.split(separator: 0).map(\.count).max() ?? 0 }

  /// `nil` where the bytes end inside the array, or where it is empty.
  init?(_ bytes: [UInt8]) {
    func word(_ offset: Int) -> UInt32 { (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(bytes[offset + $1]) } }
    guard bytes.count >= 8 else { return nil }
    let count = Int(word(0)) / 4
    guard count > 0, count <= (bytes.count - 4) / 4 else { return nil }
    units = (1...count).map { word(4 * $0) }
    replacements = Array(bytes[(4 + 4 * count)...])
  }

  /// Every character replaced: whole clusters of characters where the table has them and they have less than six bytes, else
  /// each scalar.
  func applied(to text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      // ASCII before ASCII is a cluster of its own, but for the two bytes of a line end.
      if text[position] < 0x80, text[position] != 0x0D, position + 1 == text.count || text[position + 1] < 0x80 {
        append(text[position..<position + 1], to: &result)
        position += 1
      } else {
        position = appendClusters(of: text, from: position, to: &result)
      }
    }
    return result
  }

  /// Up to two ASCII characters in a row, or the end; gives where that is.
  private func appendClusters(of text: [UInt8], from start: Int, to result: inout [UInt8]) -> Int {
    var end = start
    var cluster = ""
    while end < text.count {
      let (value, length) = decodeScalar(text.span, at: end)
      guard let scalar = Unicode.Scalar(value) else { break }
      if scalar.isASCII, end > start, end + 1 == text.count || text[end + 1] < 0x80, scalar != "\n" { break }
      cluster.unicodeScalars.append(scalar)
      end += length
    }
    for character in cluster { appendCluster(Array(character.utf8), to: &result) }
    if end > start { return end }
    result.append(text[start])  // No UTF-8.
    return start + 1
  }

  private func appendCluster(_ cluster: [UInt8], to result: inout [UInt8]) {
    if cluster.count < 6, let replacement = replacement(of: cluster[...]) {
      result += replacement
      return
    }
    var position = 0
    while position < cluster.count {
      let length = decodeScalar(cluster.span, at: position).length
      append(cluster[position..<position + length], to: &result)
      position += length
    }
  }

  private func append(_ character: ArraySlice<UInt8>, to result: inout [UInt8]) {
    result += replacement(of: character) ?? character
  }

  /// What replaces the shortest beginning of a text that the table has; `nil` where it has none.
  private func replacement(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var place = offset(units[0])
    for byte in text where byte != 0 {
      place ^= Int(byte)
      guard units.indices.contains(place), units[place] & 0x8000_00FF == UInt32(byte) else { return nil }
      let unit = units[place]
      place ^= offset(unit)
      guard unit >> 8 & 1 == 1 else { continue }
      guard units.indices.contains(place) else { return nil }
      let start = Int(units[place] & 0x7FFF_FFFF)
      guard start <= replacements.count else { return nil }
      return replacements[start...].prefix { $0 != 0 }
    }
    return nil
  }

  private func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 0x200) >> 6) }
}
