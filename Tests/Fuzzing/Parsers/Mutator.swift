/// Changes inputs as a careless copy or an attacker would: the same changes for the same seed.
public struct Mutator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// The input with one to four changes.
  ///
  /// - Parameter other: an input that parts are taken from.
  public mutating func mutated(_ input: [UInt8], splicing other: [UInt8]) -> [UInt8] {
    var bytes = input
    for _ in 0...below(4) { change(&bytes, other) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ other: [UInt8]) {
    let place = below(bytes.count + 1)
    switch below(9) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
    case 1 where place < bytes.count: bytes[place] = UInt8(below(256))
    case 2: bytes.removeSubrange(place..<place + below(bytes.count - place + 1))
    case 3: bytes.insert(contentsOf: Array(part(of: bytes)), at: place)
    case 4: bytes.insert(contentsOf: Array(part(of: other)), at: place)
    case 5: bytes.insert(contentsOf: Self.tokens[below(Self.tokens.count)].utf8, at: place)
    case 6: writeInteger(into: &bytes, at: place)
    case 7: growNumber(in: &bytes, from: place)
    default:
      bytes.insert(
        contentsOf: repeatElement(bytes.isEmpty ? 0 : bytes[place % bytes.count], count: below(65)), at: place)
    }
  }

  private mutating func part(of bytes: [UInt8]) -> ArraySlice<UInt8> {
    let start = below(bytes.count + 1)
    return bytes[start..<start + below(min(bytes.count - start, 128) + 1)]
  }

  /// A number that overflows, or is at an edge, over what stands there.
  private mutating func writeInteger(into bytes: inout [UInt8], at place: Int) {
    let values: [UInt64] = [
      0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 1 << 31, 1 << 32 - 1, 1 << 62, 1 << 63, .max,
    ]
    let value = values[below(values.count)]
    let width = min(1 << below(4), bytes.count - place)
    let isBigEndian = below(2) == 1
    for index in 0..<width {
      bytes[place + (isBigEndian ? width - 1 - index : index)] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
    }
  }

  /// Another decimal number in place of the next one.
  private mutating func growNumber(in bytes: inout [UInt8], from place: Int) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
    let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: Array(Self.numbers[below(Self.numbers.count)].utf8))
  }

  private static let numbers = [
    "0", "1", "-1", "255", "256", "65535", "65536", "16777215", "2147483647", "4294967296", "9223372036854775807",
    "9223372036854775808", "18446744073709551615", "1e308", "1e-400", "0.5", "99999999999999999999999",
  ]

  private static let tokens = [
    "{", "}", "[", "]", ":", ",", "\"", "'", "\\", "\\u0000", "\\ud800", "null", "true", "{}", "[]", "\n", "\r\n", "\t",
    "\0", "../", "/", "#", "&a ", "*a", "!t ", "- ", ": ", "|\n", "nan", "inf", "e", "\u{FEFF}", "\u{301}", "\u{1F1E6}",
    "\n=== next file ===\n", "slots=", "-", "=",
  ]

  /// 0 ..< `bound`: SplitMix64 (Steele, Lea, Flood 2014); the remainder's bias does no harm here.
  private mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((value ^ value >> 31) % UInt64(max(bound, 1)))
  }
}
