import Files

extension SafetensorsFile.ElementType {
  /// Whether ``SafetensorsFile/readFloats(of:into:)`` reads such values: those of which every one is a float32 exactly.
  public var isReadAsFloat: Bool {
    switch self {
    case .float32, .float16, .bfloat16: true
    case .boolean, .uint8, .int8, .int16, .uint16, .int32, .uint32, .float64, .int64, .uint64: false
    }
  }
}

extension SafetensorsFile {
  /// Copies the values of a float32, float16 or bfloat16 tensor, row-major, into memory that has room for exactly these.
  /// Nothing is rounded: every value of the two short types is a float32, too.
  public func readFloats(
    of tensor: Tensor, into memory: UnsafeMutableBufferPointer<Float>
  ) throws(FileSystemError) {
    precondition(
      tensor.elementType.isReadAsFloat, "tensor '\(tensor.name)' holds \(tensor.elementType.rawValue), not F32")
    precondition(
      memory.count * tensor.elementType.byteCount == tensor.byteRange.count,
      "tensor '\(tensor.name)' of shape \(tensor.shape) is read into \(memory.count) values")
    switch tensor.elementType {
    case .float16: try readHalves(of: tensor, into: memory) { Float(Float16(bitPattern: $0)) }
    // A bfloat16 is the upper half of a float32.
    case .bfloat16: try readHalves(of: tensor, into: memory) { Float(bitPattern: UInt32($0) << 16) }
    default: try read(UnsafeMutableRawBufferPointer(memory), of: tensor, at: 0)
    }
  }

  /// Reads 16-bit values piece by piece, so that a piece is all the memory it takes.
  private func readHalves(
    of tensor: Tensor, into memory: UnsafeMutableBufferPointer<Float>, _ expanded: (UInt16) -> Float
  ) throws(FileSystemError) {
    let piece = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: pieceByteCount / 2)
    defer { piece.deallocate() }
    for start in stride(from: 0, to: memory.count, by: piece.count) {
      let count = min(piece.count, memory.count - start)
      let halves = UnsafeMutableBufferPointer(rebasing: piece[..<count])
      try read(UnsafeMutableRawBufferPointer(halves), of: tensor, at: 2 * start)
      for index in 0..<count { memory[start + index] = expanded(halves[index]) }
    }
  }
}
