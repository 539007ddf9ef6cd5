/// The alphabet in which byte-level vocabularies are written down (GPT-2): each byte is one printable character.
///
/// The printable ASCII and Latin-1 characters stand for the bytes of their own numbers; the other 68 bytes are
/// U+0100, U+0101, ... in order. A space is `Ġ`, a line end `Ċ`.
struct ByteAlphabet: Sendable {
  /// The character of each byte.
  let scalars: [Unicode.Scalar]
  /// The byte of each character below U+0144; -1 where the character is none of the alphabet's.
  private let bytes: [Int16]

  init() {
    var scalars: [Unicode.Scalar] = []
    var bytes = [Int16](repeating: -1, count: 0x144)
    var substitute: UInt32 = 0x100
    for byte in UInt8.min...UInt8.max {
      var value = UInt32(byte)
      if !Self.isPrintable(byte) {
        value = substitute
        substitute += 1
      }
      bytes[Int(value)] = Int16(byte)
      guard let scalar = Unicode.Scalar(value) else { preconditionFailure("U+0000 to U+0143 are scalars") }
      scalars.append(scalar)
    }
    self.scalars = scalars
    self.bytes = bytes
  }

  private static func isPrintable(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
  }

  /// The bytes in the order of their characters, which is the order of a trained vocabulary's first tokens.
  var bytesInAlphabeticalOrder: [UInt8] {
    (UInt8.min...UInt8.max).sorted { scalars[Int($0)] < scalars[Int($1)] }
  }

  /// The UTF-8 of the characters that stand for `bytes`.
  func spelling(of bytes: some Sequence<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    for byte in bytes { text += String(scalars[Int(byte)]).utf8 }
    return text
  }

  /// The bytes that a token's spelling (UTF-8) stands for; `nil` where it has characters outside the alphabet.
  func bytes(spelled spelling: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(spelling.count)
    for scalar in String(decoding: spelling, as: UTF8.self).unicodeScalars {
      guard scalar.value < 0x144, bytes[Int(scalar.value)] >= 0 else { return nil }
      result.append(UInt8(bytes[Int(scalar.value)]))
    }
    return result
  }
}
