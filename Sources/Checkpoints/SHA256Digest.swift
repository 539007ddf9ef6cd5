import CCrypto
import Files

/// Bytes are hashed and moved in pieces of this size: few calls, and each piece is still in the processor's cache the
/// second time.
let pieceByteCount = 1 << 20

/// A running SHA-256, as 64 lower-case hexadecimal digits at the end.
struct SHA256Digest {
  private var state = SHA256_CTX()

  init() { SHA256_Init(&state) }

  mutating func update(_ bytes: UnsafeRawBufferPointer) { SHA256_Update(&state, bytes.baseAddress, bytes.count) }

  /// Reads and hashes `range` of `file`.
  mutating func update(_ file: any ReadableFile, range: Range<Int>) throws(FileSystemError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceByteCount, alignment: 64)
    defer { buffer.deallocate() }
    for start in stride(from: range.lowerBound, to: range.upperBound, by: pieceByteCount) {
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(pieceByteCount, range.upperBound - start)])
      try file.read(into: piece, at: start)
      update(UnsafeRawBufferPointer(piece))
    }
  }

  func hexadecimal() -> String {
    var state = state
    var hash = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    SHA256_Final(&hash, &state)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  static func hexadecimal(of bytes: some Sequence<UInt8>) -> String {
    var digest = SHA256Digest()
    Array(bytes).withUnsafeBytes { digest.update($0) }
    return digest.hexadecimal()
  }
}

/// The SHA-256 of a file: 64 lower-case hexadecimal digits.
public func fileDigest(of path: String, in fileSystem: any FileSystem) throws -> String {
  let file = try fileSystem.openFile(path)
  var digest = SHA256Digest()
  try digest.update(file, range: 0..<file.byteCount)
  return digest.hexadecimal()
}

/// The same of a file's first and last `byteCount` bytes, or of all it has where they meet.
public func endsDigest(of path: String, byteCount: Int, in fileSystem: any FileSystem) throws -> String {
  let file = try fileSystem.openFile(path)
  var digest = SHA256Digest()
  let head = min(byteCount, file.byteCount)
  try digest.update(file, range: 0..<head)
  try digest.update(file, range: max(head, file.byteCount - byteCount)..<file.byteCount)
  return digest.hexadecimal()
}

/// The digest of a model's parameters: the oracle for "the same bits".
///
/// SHA-256 over the values of all tensors, one tensor after another in the order of their names' UTF-8 bytes, each
/// value as its four bytes, little-endian, row-major. Names and shapes decide the order but are not hashed themselves.
/// In Python: `h = hashlib.sha256(); [h.update(t[n].tobytes()) for n in sorted(t)]; h.hexdigest()`.
///
/// - Returns: 64 lower-case hexadecimal digits.
public func parametersDigest(of parameters: [NamedTensor]) -> String {
  var digest = SHA256Digest()
  for tensor in parameters.sortedByName() { digest.update(UnsafeRawBufferPointer(tensor.memory)) }
  return digest.hexadecimal()
}
