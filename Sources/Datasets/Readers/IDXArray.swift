/// One array of an IDX file, the format of MNIST: bytes 0, 0, element type, number of axes; the axes' sizes as
/// big-endian 32-bit numbers; the elements, big-endian and row-major, up to the end of the file.
struct IDXArray {
  enum ElementType: UInt8 {
    case uint8 = 0x08
    case int8 = 0x09
    case int16 = 0x0B
    case int32 = 0x0C
    case float32 = 0x0D
    case float64 = 0x0E

    var size: Int {
      switch self {
      case .uint8, .int8: 1
      case .int16: 2
      case .int32, .float32: 4
      case .float64: 8
      }
    }
  }

  let path: String
  let elementType: ElementType
  let shape: [Int]
  private let bytes: [UInt8]

  private static let remedy = "Check that this is the file you mean, and download it again."

  /// Checks the header, and the length of the file to the byte.
  init(bytes: [UInt8], path: String) throws(DatasetError) {
    guard bytes.count >= 4 else {
      throw .badContent(path, "holds \(bytes.count) bytes, too few for an IDX file", remedy: Self.remedy)
    }
    guard bytes[0] == 0, bytes[1] == 0, let elementType = ElementType(rawValue: bytes[2]), bytes[3] > 0 else {
      let magic = bytes[..<4].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
      throw .badContent(path, byte: 0, "\(magic) does not begin an IDX file", remedy: Self.remedy)
    }
    let headerSize = 4 + 4 * Int(bytes[3])
    guard bytes.count >= headerSize else {
      throw .badContent(
        path, "is truncated: it holds \(bytes.count) bytes of a header of \(headerSize)", remedy: Self.remedy)
    }
    let shape = stride(from: 4, to: headerSize, by: 4).map { start in
      bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    var size = elementType.size
    for (axis, extent) in shape.enumerated() {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard !overflow else {
        throw .badContent(
          path, byte: 4 + 4 * axis, "the shape \(shape) is larger than any memory", remedy: Self.remedy)
      }
      size = product
    }
    let payload = bytes.count - headerSize
    guard payload == size else {
      let problem = payload < size ? "is truncated" : "has bytes after its end"
      throw .badContent(
        path, "\(problem): shape \(shape) needs \(size) bytes after the header, the file holds \(payload)",
        remedy: Self.remedy)
    }
    self.path = path
    self.elementType = elementType
    self.shape = shape
    self.bytes = bytes
  }

  private var headerSize: Int { 4 + 4 * shape.count }

  /// All elements, row-major, as Float.
  ///
  /// - Throws: where an element is NaN or infinite, or too large for Float.
  func floats() throws(DatasetError) -> [Float] {
    switch elementType {
    case .uint8: return converted { (word: UInt8) in Float(word) }
    case .int8: return converted { (word: Int8) in Float(word) }
    case .int16: return converted { (word: Int16) in Float(word) }
    case .int32: return converted { (word: Int32) in Float(word) }
    case .float32: return try finite(converted { (word: UInt32) in Float(bitPattern: word) })
    case .float64: return try finite(converted { (word: UInt64) in Float(Double(bitPattern: word)) })
    }
  }

  /// `body` of every element, read as a big-endian word.
  private func converted<Word: FixedWidthInteger>(_ body: (Word) -> Float) -> [Float] {
    let wordSize = MemoryLayout<Word>.size
    let count = (bytes.count - headerSize) / wordSize
    // `init` checked that `count` words of this size follow the header; each element is initialised once.
    return bytes.withUnsafeBytes { bytes in
      let payload = UnsafeRawBufferPointer(rebasing: bytes[headerSize...])
      return [Float](unsafeUninitializedCapacity: count) { elements, filled in
        for i in 0..<count {
          elements[i] = body(Word(bigEndian: payload.loadUnaligned(fromByteOffset: i * wordSize, as: Word.self)))
        }
        filled = count
      }
    }
  }

  private func finite(_ elements: [Float]) throws(DatasetError) -> [Float] {
    if let index = elements.firstIndex(where: { !$0.isFinite }) {
      throw .badContent(
        path, byte: headerSize + index * elementType.size, "element \(index) is \(elements[index])",
        remedy: "Every element has to be a finite number; repair the file.")
    }
    return elements
  }
}
