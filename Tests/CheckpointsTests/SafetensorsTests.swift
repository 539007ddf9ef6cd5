import Checkpoints
import Failures
import Files
import Testing

@Suite("A safetensors file")
struct SafetensorsTests {
  @Test("has these bytes, written out by hand")
  func goldenBytes() throws {
    let header =
      #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"#
      + #""b":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]}}"#
    // 140 bytes of text and 4 spaces, so that the data begins at byte 152, a multiple of 8.
    let expected: [UInt8] =
      [144, 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [0x20, 0x20, 0x20, 0x20]
      + [0x00, 0x00, 0x00, 0x3F] + [0x00, 0x00, 0x80, 0x3F] + [0x00, 0x00, 0x00, 0xC0]
    try withTemporaryDirectory { directory in
      let path = directory + "/model.safetensors"
      let b: [Float] = [1, -2]
      let a: [Float] = [0.5]
      let written = try b.withUnsafeBufferPointer { b in
        try a.withUnsafeBufferPointer { a in
          try SafetensorsFile.write(
            [NamedTensor(name: "b", shape: [2, 1], memory: b), NamedTensor(name: "a", shape: [], memory: a)],
            to: path, fileSystem: LocalFileSystem())
        }
      }
      #expect(try readBytes(path) == expected)
      #expect(written.byteCount == 164)
      let file = try SafetensorsFile(path: path)
      #expect(file.metadata == ["format": "pt"])
      #expect(file.tensors.map(\.signature.shape) == [[], [2, 1]])
      #expect(try values(file, "b") == [1, -2])
    }
  }

  @Test("gives back every bit: NaN payloads, denormals, zeros of either sign, and more than one piece of data")
  func bits() throws {
    let special: [UInt32] = [
      0x7FC0_1234, 0xFFC0_0001, 0x7F80_0001, 0xFF80_0001, 1, 0x8000_0001, 0x007F_FFFF, 0, 0x8000_0000, 0x7F80_0000,
    ]
    var state: UInt32 = 12345
    let random = (0..<200_003).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return state
    }
    let patterns = special + random
    try withTemporaryDirectory { directory in
      let path = directory + "/x.safetensors"
      try patterns.withUnsafeBytes { bytes in
        let memory = bytes.assumingMemoryBound(to: Float.self)
        let names = ["é\"\\\n\u{1}", "plain", "", "🐦"]
        try SafetensorsFile.write(
          names.map { NamedTensor(name: $0, shape: [memory.count], memory: memory) }, to: path,
          fileSystem: LocalFileSystem())
        for name in names {
          #expect(try values(SafetensorsFile(path: path), name).map(\.bitPattern) == patterns)
        }
      }
    }
  }

  @Test("may hold tensors of other types, scalars, empty tensors, and no tensors")
  func accepted() throws {
    let header =
      #"{ "h" : {"shape":[3],"data_offsets":[0,6],"dtype":"BF16"},"#
      + #""e":{"dtype":"I64","shape":[0,5],"data_offsets":[6,6]},"#
      + #""caf\u00e9\ud83d\udc26\n":{"dtype":"BOOL","shape":[],"data_offsets":[6,7]}}   "#
    let file = try open(header, dataByteCount: 7)
    #expect(file.tensor(named: "h")?.elementType == .bfloat16)
    #expect(file.tensor(named: "e")?.shape == [0, 5])
    #expect(file.tensor(named: "café🐦\n")?.byteRange == 6..<7)
    #expect(file.tensor(named: "x") == nil)
    #expect(try open("{}", dataByteCount: 0).tensors.isEmpty)
  }

  @Test(
    "with a wrong header is refused with the reason",
    arguments: [
      (#"[]"#, "does not begin with '{'"),
      (#" {}"#, "does not begin with '{'"),
      (#"{"#, "not valid JSON"),
      (#"{}x"#, "text after the value"),
      (#"{"a":1,}"#, "not valid JSON"),
      ("{\"\u{1}\":1}", "a control character"),
      (#"{"\ud800":1}"#, "half a surrogate pair"),
      (#"{"\x":1}"#, "an unknown escape"),
      (#"{"a":01}"#, "a leading zero"),
      (#"{"a":1e999}"#, "out of range"),
      (#"{"a":"# + String(repeating: "[", count: 100_000), "levels of nesting"),
      (#"{"a":1}"#, "tensor 'a' does not have exactly the keys"),
      (entry("a", "F32", "[1]", "[0,4]", more: #","x":1"#), "does not have exactly the keys"),
      (#"{"a":{"dtype":"F32","shape":[1]}}"#, "does not have exactly the keys"),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        "the key 'a' stands twice"
      ),
      (#"{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, "the key 'dtype' stands twice"),
      (entry("a", "F33", "[2]", "[0,8]"), "the unknown dtype 'F33'"),
      (#"{"a":{"dtype":1,"shape":[2],"data_offsets":[0,8]}}"#, "a dtype that is not a string"),
      (entry("a", "F32", "2", "[0,8]"), "a shape that is not a list of sizes"),
      (entry("a", "F32", "[-2]", "[0,8]"), "a shape that is not a list of sizes"),
      (entry("a", "F32", "[2.0]", "[0,8]"), "a shape that is not a list of sizes"),
      (entry("a", "F32", "[18446744073709551617]", "[0,8]"), "a shape that is not a list of sizes"),
      (entry("a", "F32", "[2]", "[0,4,8]"), "not two byte positions"),
      (entry("a", "F32", "[2]", "[-8,0]"), "not two byte positions"),
      (entry("a", "F32", "[2]", "[8,0]"), "ends at byte 0, before it begins at 8"),
      (entry("a", "F32", "[3]", "[0,8]"), "has 8 bytes where F32 of shape [3] needs 12"),
      // Multiplied without a check this is 2 values.
      (entry("a", "F32", "[4194305,4194305,211106198978564]", "[0,8]"), "which no file can hold"),
      (entry("a", "F64", "[4611686018427387905]", "[0,8]"), "which no file can hold"),
      (entry("a", "F32", "[1]", "[4,8]"), "bytes 0..<4 of its data belong to no tensor"),
      (
        #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
        "bytes 3..<4 of its data belong to no tensor"
      ),
      (
        #"{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
        "tensor 'b' overlaps the one before it"
      ),
      (entry("a", "F32", "[3]", "[0,12]"), "it is cut off: its tensors need 12 bytes of data, it has 8"),
      (entry("a", "F32", "[1]", "[0,4]"), "4 bytes follow its last tensor"),
      (#"{"__metadata__":[]}"#, "__metadata__ is not an object"),
      (#"{"__metadata__":{"a":1}}"#, "__metadata__.a is not a string"),
    ])
  func refused(header: String, reason: String) throws {
    let failure = #expect(throws: SafetensorsFailure.self) { try open(header, dataByteCount: 8) }
    #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
    #expect(failure?.exitStatus == .badData)
  }

  @Test("whose names are not UTF-8 is refused")
  func notUTF8() throws {
    let header = Array(#"{"a"#.utf8) + [0xFF] + Array(#"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#.utf8)
    let failure = #expect(throws: SafetensorsFailure.self) { try open(header, length: nil, dataByteCount: 8) }
    #expect(failure?.message.contains("not UTF-8") == true)
  }

  @Test("whose header does not fit the file, or the limit, is refused before it is read")
  func headerLength() throws {
    for (length, reason) in [
      (UInt64(3), "its header should be 3 bytes long"), (100_000_000, "is cut off"), (100_000_001, "at most 100000000"),
      (.max, "at most 100000000"), (0, "does not begin with '{'"),
    ] {
      let failure = #expect(throws: SafetensorsFailure.self) {
        try open(Array("{}".utf8), length: length, dataByteCount: 0)
      }
      #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
    }
    for count in 0..<8 {
      try withTemporaryDirectory { directory in
        try write([UInt8](repeating: 0, count: count), to: directory + "/x")
        #expect(throws: SafetensorsFailure.self) { try SafetensorsFile(path: directory + "/x") }
      }
    }
  }

  @Test("that is missing is a missing input")
  func missing() throws {
    let failure = #expect(throws: SafetensorsFailure.self) { try SafetensorsFile(path: "/absent/x") }
    #expect(failure?.exitStatus == .missingInput)
    #expect(failure?.message == "cannot open /absent/x: No such file or directory")
  }

  private func open(_ header: String, dataByteCount: Int) throws -> SafetensorsFile {
    try open(Array(header.utf8), length: nil, dataByteCount: dataByteCount)
  }

  /// Opens a file with this header, given this length field (by default the right one), and zeros behind it.
  private func open(_ header: [UInt8], length: UInt64?, dataByteCount: Int) throws -> SafetensorsFile {
    let length = length ?? UInt64(header.count)
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return try withTemporaryDirectory { directory in
      try write(prefix + header + [UInt8](repeating: 0, count: dataByteCount), to: directory + "/x")
      return try SafetensorsFile(path: directory + "/x")
    }
  }

  private func values(_ file: SafetensorsFile, _ name: String) throws -> [Float] {
    let tensor = try #require(file.tensor(named: name))
    var values = [Float](repeating: 0, count: tensor.shape.reduce(1, *))
    try values.withUnsafeMutableBufferPointer { try file.readFloats(of: tensor, into: $0) }
    return values
  }
}

/// A header with one tensor.
private func entry(_ name: String, _ dtype: String, _ shape: String, _ offsets: String, more: String = "") -> String {
  "{\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)\(more)}}"
}
