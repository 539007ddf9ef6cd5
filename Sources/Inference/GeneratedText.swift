import Tokenizers

/// The text that tokens make as they come, held back where it is not yet known whether it belongs: bytes of a character whose rest is
/// missing, and what may be the beginning of a text to stop at.
public struct GeneratedText {
  private let tokenizer: any Tokenizer
  private let stops: [[UInt8]]
  private var ids: [Int32]
  /// Bytes of all ids so far that have been handed on or belong to the beginning.
  private var told: Int
  private var bytes: [UInt8]

  /// - Parameters:
  ///   - beginning: tokens whose text is not told again.
  ///   - stops: none of them empty.
  public init(after beginning: [Int32], _ tokenizer: any Tokenizer, stoppingAt stops: [[UInt8]]) {
    precondition(stops.allSatisfy { !$0.isEmpty }, "a text to stop at is empty")
    self.tokenizer = tokenizer
    self.stops = stops
    ids = beginning
    bytes = tokenizer.decode(beginning)
    told = bytes.count
  }

  /// The bytes that are certain now, and whether the text goes on; it does not once it holds a text to stop at.
  public mutating func append(_ token: Int32) -> (bytes: [UInt8], goesOn: Bool) {
    // All of it: what a token stands for may depend on those before it.
    ids.append(token)
    let all = tokenizer.decode(ids)
    bytes = all.count >= told ? all : bytes
    let fresh = bytes[told...]
    if let stop = stops.compactMap({ fresh.firstRange(of: $0)?.lowerBound }).min() {
      bytes = Array(bytes[..<stop])
      return (take(upTo: stop), false)
    }
    return (take(upTo: told + certainCount(of: fresh)), true)
  }

  /// What is held back, at the end.
  public var rest: [UInt8] { Array(bytes[told...]) }

  private mutating func take(upTo end: Int) -> [UInt8] {
    defer { told = end }
    return Array(bytes[told..<end])
  }

  private func certainCount(of fresh: ArraySlice<UInt8>) -> Int {
    var count = fresh.count - Self.unfinishedCount(of: fresh)
    for stop in stops {
      for length in stride(from: min(stop.count - 1, fresh.count), to: 0, by: -1)
      where fresh.suffix(length).elementsEqual(stop.prefix(length)) {
        count = min(count, fresh.count - length)
        break
      }
    }
    return max(0, count)
  }

  /// Bytes at the end that begin a UTF-8 character without ending it.
  private static func unfinishedCount(of bytes: ArraySlice<UInt8>) -> Int {
    for (back, byte) in bytes.reversed().prefix(3).enumerated() where byte & 0xC0 != 0x80 {
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > back + 1 ? back + 1 : 0
    }
    return 0
  }
}
