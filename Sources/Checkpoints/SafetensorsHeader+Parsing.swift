import Files

/// Why a header cannot be trusted: a clause that follows the file's name.
struct SafetensorsDefect: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

extension SafetensorsHeader {
  /// Parses the JSON text of a header and checks it against the `dataByteCount` bytes that follow it.
  ///
  /// Accepted is only a table whose tensors cover the data exactly, without holes and overlaps, each with as many bytes
  /// as its shape says.
  init(parsing text: ArraySlice<UInt8>, dataByteCount: Int) throws(SafetensorsDefect) {
    guard text.first == UInt8(ascii: "{") else { throw SafetensorsDefect("its header does not begin with '{'") }
    let value: JSONValue
    do throws(JSONParser.Failure) {
      value = try JSONParser.parse(text, maximumDepth: 8)
    } catch {
      throw SafetensorsDefect("its header is not valid JSON: \(error.reason) (byte \(error.offset) of the header)")
    }
    guard case .object(var members) = value else { throw SafetensorsDefect("its header is not a JSON object") }
    let metadata = try Self.metadata(members.removeValue(forKey: Self.metadataKey))
    var tensors: [SafetensorsFile.Tensor] = []
    for (name, entry) in members { tensors.append(try Self.tensor(name, entry)) }
    // Names decide between empty tensors at one place, so that the order never depends on the dictionary's.
    func place(_ tensor: SafetensorsFile.Tensor) -> (Int, Int, String) {
      (tensor.byteRange.lowerBound, tensor.byteRange.upperBound, tensor.name)
    }
    tensors.sort { place($0) < place($1) }
    try Self.checkCover(of: tensors, dataByteCount: dataByteCount)
    self.init(metadata: metadata, tensors: tensors)
  }

  private static func metadata(_ value: JSONValue?) throws(SafetensorsDefect) -> [String: String] {
    guard let value else { return [:] }
    guard case .object(let members) = value else { throw SafetensorsDefect("\(metadataKey) is not an object") }
    var metadata: [String: String] = [:]
    for (key, member) in members {
      guard case .string(let text) = member else { throw SafetensorsDefect("\(metadataKey).\(key) is not a string") }
      metadata[key] = text
    }
    return metadata
  }

  private static func tensor(_ name: String, _ value: JSONValue) throws(SafetensorsDefect) -> SafetensorsFile.Tensor {
    func defect(_ reason: String) -> SafetensorsDefect { SafetensorsDefect("tensor '\(name)' \(reason)") }
    guard case .object(let members) = value, Set(members.keys) == ["dtype", "shape", "data_offsets"] else {
      throw defect("does not have exactly the keys dtype, shape and data_offsets")
    }
    guard case .string(let typeName) = members["dtype"] else { throw defect("has a dtype that is not a string") }
    guard let elementType = SafetensorsFile.ElementType(rawValue: typeName) else {
      throw defect("has the unknown dtype '\(typeName)'")
    }
    guard let shape = sizes(members["shape"]) else { throw defect("has a shape that is not a list of sizes") }
    guard let offsets = sizes(members["data_offsets"]), offsets.count == 2 else {
      throw defect("has data_offsets that are not two byte positions")
    }
    guard offsets[0] <= offsets[1] else {
      throw defect("ends at byte \(offsets[1]), before it begins at \(offsets[0])")
    }
    guard let byteCount = checkedProduct(shape + [elementType.byteCount]) else {
      throw defect("has the shape \(shape), which no file can hold")
    }
    guard offsets[1] - offsets[0] == byteCount else {
      throw defect("has \(offsets[1] - offsets[0]) bytes where \(typeName) of shape \(shape) needs \(byteCount)")
    }
    return SafetensorsFile.Tensor(
      name: name, elementType: elementType, shape: shape, byteRange: offsets[0]..<offsets[1])
  }

  private static func sizes(_ value: JSONValue?) -> [Int]? {
    guard case .array(let elements) = value else { return nil }
    var sizes: [Int] = []
    for element in elements {
      guard case .integer(let size) = element, size >= 0 else { return nil }
      sizes.append(size)
    }
    return sizes
  }

  /// The product, or `nil` where it does not fit: a wrapped one would pass for a small tensor.
  private static func checkedProduct(_ factors: [Int]) -> Int? {
    var product = 1
    for factor in factors {
      let (next, overflows) = product.multipliedReportingOverflow(by: factor)
      if overflows { return nil }
      product = next
    }
    return product
  }

  private static func checkCover(
    of tensors: [SafetensorsFile.Tensor], dataByteCount: Int
  ) throws(SafetensorsDefect) {
    var end = 0
    for tensor in tensors {
      let begin = tensor.byteRange.lowerBound
      if begin > end { throw SafetensorsDefect("bytes \(end)..<\(begin) of its data belong to no tensor") }
      if begin < end { throw SafetensorsDefect("tensor '\(tensor.name)' overlaps the one before it") }
      end = tensor.byteRange.upperBound
    }
    if end > dataByteCount {
      throw SafetensorsDefect("it is cut off: its tensors need \(end) bytes of data, it has \(dataByteCount)")
    }
    if end < dataByteCount {
      throw SafetensorsDefect("\(dataByteCount - end) bytes follow its last tensor")
    }
  }
}
