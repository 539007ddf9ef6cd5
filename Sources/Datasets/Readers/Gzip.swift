import CZlib

/// Inflates gzip files (RFC 1952), several members one after another included.
enum Gzip {
  static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

  /// - Throws: where the stream is truncated or corrupt, or grows beyond `limit` bytes.
  static func inflate(_ bytes: [UInt8], path: String, limit: Int) throws(DatasetError) -> [UInt8] {
    var stream = z_stream()
    // 15 bits of window, and 16 for gzip's header and checksum. The size tells zlib which version it is called by.
    let status = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib refuses to start, status \(status): built with another zlib than linked")
    defer { inflateEnd(&stream) }

    var output: [UInt8] = []
    output.reserveCapacity(min(announcedSize(bytes), limit))
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    // zlib reads `next_in` only during calls made inside this closure, and never writes through it.
    return try bytes.withUnsafeBufferPointer { input throws(DatasetError) in
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = UInt32(input.count)
      while true {
        let (status, produced) = inflateOnce(&stream, into: &chunk)
        output.append(contentsOf: chunk[..<produced])
        guard output.count <= limit else {
          throw .badContent(
            path, "inflates to more than \(limit) bytes", remedy: "Use fewer samples; no data set needs this much.")
        }
        switch status {
        case Z_OK: continue
        case Z_STREAM_END where stream.avail_in == 0: return output
        case Z_STREAM_END: inflateReset(&stream)
        case Z_BUF_ERROR:
          throw .badContent(
            path, byte: input.count, "the gzip stream ends too early", remedy: "Download the file again.")
        default:
          let reason = stream.msg.map { String(cString: $0) } ?? "zlib status \(status)"
          throw .badContent(
            path, byte: input.count - Int(stream.avail_in), "the gzip stream is corrupt: \(reason)",
            remedy: "Download the file again.")
        }
      }
    }
  }

  private static func inflateOnce(_ stream: inout z_stream, into chunk: inout [UInt8]) -> (Int32, produced: Int) {
    let size = chunk.count
    let status = chunk.withUnsafeMutableBufferPointer { chunk in
      stream.next_out = chunk.baseAddress
      stream.avail_out = UInt32(size)
      return CZlib.inflate(&stream, Z_NO_FLUSH)
    }
    return (status, size - Int(stream.avail_out))
  }

  /// The size that the last four bytes announce: a hint, held below what deflate can reach (1,032 times its input), and below
  /// what does no harm where it is not true.
  private static func announcedSize(_ bytes: [UInt8]) -> Int {
    let size = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    return min(size, bytes.count * 1032, 1 << 26)
  }
}
