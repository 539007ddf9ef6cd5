/// What ``decodeScalar(_:at:)`` gives for a byte that is no part of a character.
let invalidScalar: UInt32 = 0x11_0000

/// The Unicode scalar at a position of a text and how many bytes it has; a byte that begins no well-formed sequence
/// (RFC 3629) counts alone, as ``invalidScalar``.
@inline(__always)
func decodeScalar(_ text: Span<UInt8>, at position: Int) -> (scalar: UInt32, length: Int) {
  let first = UInt32(text[position])
  if first < 0x80 { return (first, 1) }
  return decodeLongScalar(text, at: position, first)
}

private func decodeLongScalar(_ text: Span<UInt8>, at position: Int, _ first: UInt32) -> (scalar: UInt32, length: Int) {
  func continuation(_ index: Int) -> UInt32? {
    guard position + index < text.count else { return nil }
    let byte = UInt32(text[position + index])
    return byte & 0xC0 == 0x80 ? byte & 0x3F : nil
  }
  switch first {
  case 0xC2...0xDF:
    if let second = continuation(1) { return ((first & 0x1F) << 6 | second, 2) }
  case 0xE0...0xEF:
    if let second = continuation(1), let third = continuation(2) {
      let scalar = (first & 0x0F) << 12 | second << 6 | third
      if scalar >= 0x800, !(0xD800...0xDFFF).contains(scalar) { return (scalar, 3) }
    }
  case 0xF0...0xF4:
    if let second = continuation(1), let third = continuation(2), let fourth = continuation(3) {
      let scalar = (first & 0x07) << 18 | second << 12 | third << 6 | fourth
      if (0x1_0000...0x10_FFFF).contains(scalar) { return (scalar, 4) }
    }
  default: break
  }
  return (invalidScalar, 1)
}
