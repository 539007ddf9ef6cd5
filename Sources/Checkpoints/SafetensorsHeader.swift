/// The table at the beginning of a safetensors file: what tensors it holds and where.
struct SafetensorsHeader {
  /// The byte count of the header's length field.
  static let prefixByteCount = 8
  /// No header may be longer: the limit that the format's other readers keep.
  static let maximumByteCount = 100_000_000
  static let metadataKey = "__metadata__"

  var metadata: [String: String]
  /// In the order of their bytes in the file.
  var tensors: [SafetensorsFile.Tensor]

  /// The table for float32 tensors that follow each other in the given order.
  init(describing tensors: [TensorSignature], metadata: [String: String]) {
    self.metadata = metadata
    var end = 0
    self.tensors = tensors.map { tensor in
      let byteCount = tensor.count * SafetensorsFile.ElementType.float32.byteCount
      defer { end += byteCount }
      return SafetensorsFile.Tensor(
        name: tensor.name, elementType: .float32, shape: tensor.shape, byteRange: end..<end + byteCount)
    }
  }

  init(metadata: [String: String], tensors: [SafetensorsFile.Tensor]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// The length field and the JSON text, padded with spaces so that the data begins at a multiple of 8 bytes.
  func encoded() -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let text = pairs.map { "\(quoted($0.key)):\(quoted($0.value))" }.joined(separator: ",")
      members.append("\(quoted(Self.metadataKey)):{\(text)}")
    }
    for tensor in tensors {
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.elementType.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(tensor.byteRange.lowerBound),\(tensor.byteRange.upperBound)]}")
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    while (Self.prefixByteCount + text.count) % 8 != 0 { text.append(UInt8(ascii: " ")) }
    let length = UInt64(text.count)
    return (0..<Self.prefixByteCount).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + text
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<"\u{10}": result += "\\u000" + String(scalar.value, radix: 16)
      case "\u{10}"..<" ": result += "\\u00" + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
