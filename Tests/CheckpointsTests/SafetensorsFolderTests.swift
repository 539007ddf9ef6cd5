import Checkpoints
import Failures
import Files
import Testing

@Suite("A folder of safetensors")
struct SafetensorsFolderTests {
  private static let tensors = ["a", "b", "c"].map { TensorSignature(name: $0, shape: [3]) }

  /// Writes three tensors in two shards and their index, lets `change` spoil them, and opens the folder.
  private func open(spoiling change: (String) throws -> Void = { _ in }) throws -> SafetensorsFolder {
    try withTemporaryDirectory { directory in
      let plan = SafetensorsShards(of: Self.tensors, byteLimit: 24)
      for shard in plan.shards {
        try SafetensorsFile.write(
          shard.tensors, to: "\(directory)/\(shard.fileName)", fileSystem: LocalFileSystem()
        ) { Array(repeating: Float($0.name.utf8.first ?? 0), count: 3) }
      }
      try write(plan.index?.fileText ?? [], to: directory + "/model.safetensors.index.json")
      try change(directory)
      return try SafetensorsFolder(path: directory)
    }
  }

  @Test("cut into shards has all tensors, in the order of their names")
  func shards() throws {
    let folder = try open()
    #expect(folder.tensors.map(\.name) == ["a", "b", "c"])
    #expect(try folder.floats(named: "c") == [99, 99, 99])
  }

  @Test("is cut where a file would be larger than the limit; what is larger alone has a file of its own")
  func plan() {
    func names(_ limit: Int?) -> [[String]] {
      SafetensorsShards(of: Self.tensors.reversed(), byteLimit: limit).shards.map { $0.tensors.map(\.name) }
    }
    #expect(names(nil) == [["a", "b", "c"]])
    #expect(names(36) == [["a", "b", "c"]])
    #expect(names(35) == [["a", "b"], ["c"]])
    #expect(names(1) == [["a"], ["b"], ["c"]])
    #expect(SafetensorsShards(of: Self.tensors, byteLimit: nil).shards[0].fileName == "model.safetensors")
    let two = SafetensorsShards(of: Self.tensors, byteLimit: 24)
    #expect(two.shards.map(\.fileName) == ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"])
    #expect(SafetensorsShards(of: Self.tensors, byteLimit: nil).index == nil)
  }

  /// An index that lies, and the words for it.
  struct Lie: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let words: String
    let index: String
  }

  private static func index(_ map: String, _ size: String = "36") -> String {
    #"{"metadata":{"total_size":\#(size)},"weight_map":{\#(map)}}"#
  }
  private static let first = #""a":"model-00001-of-00002.safetensors","b":"model-00001-of-00002.safetensors""#
  private static let second = #""c":"model-00002-of-00002.safetensors""#

  static let lies = [
    Lie(testDescription: "no JSON", words: "is not valid JSON", index: "{"),
    Lie(testDescription: "a list", words: "it has no object weight_map", index: "[]"),
    Lie(testDescription: "no map", words: "it has no object weight_map", index: #"{"weight_map":3}"#),
    Lie(
      testDescription: "a number for a file", words: "the file of tensor 'a' is not a name", index: index(#""a":1"#)),
    Lie(
      testDescription: "a way out", words: "'../x.safetensors', which is not a safetensors file of this folder",
      index: index(#""a":"../x.safetensors""#)),
    Lie(
      testDescription: "a file that is missing",
      words: "files that it names are missing: x.safetensors, y.safetensors",
      index: index(#"\#(first),"c":"y.safetensors","d":"x.safetensors""#)),
    Lie(
      testDescription: "a tensor elsewhere", words: "tensor 'c' is not in model-00001-of-00002.safetensors",
      index: index(#"\#(first),"c":"model-00001-of-00002.safetensors""#)),
    Lie(
      testDescription: "a tensor too many", words: "tensor 'd' is not in model-00002-of-00002.safetensors",
      index: index(#"\#(first),\#(second),"d":"model-00002-of-00002.safetensors""#)),
    Lie(
      testDescription: "a tensor too few",
      words: "model-00001-of-00002.safetensors holds tensor 'b', which the index does not place there",
      index: index(#""a":"model-00001-of-00002.safetensors",\#(second)"#)),
    Lie(
      testDescription: "another size", words: "a total_size of 37 bytes, the tensors have 36",
      index: index(first + "," + second, "37")),
    Lie(
      testDescription: "a size that is none", words: "its total_size is not a number of bytes",
      index: index(first + "," + second, "-1")),
    Lie(
      testDescription: "a tensor twice", words: "the key 'a' stands twice",
      index: index(first + #","a":"x.safetensors""#)),
  ]

  @Test("with an index that lies is refused with the reason", arguments: lies)
  func lie(lie: Lie) throws {
    let error =
      #expect(throws: (any Error).self) {
        try open { try write(Array(lie.index.utf8), to: $0 + "/model.safetensors.index.json") }
      } as? any UserFacingError
    #expect(error?.message.contains(lie.words) == true, "\(error?.message ?? "")")
    #expect(error?.exitStatus == .badData)
  }

  @Test("may have an index without a size, and one file is taken before an index")
  func without() throws {
    let map = #"{"weight_map":{\#(Self.first),\#(Self.second)}}"#
    #expect(
      try open { try write(Array(map.utf8), to: $0 + "/model.safetensors.index.json") }.tensors.count == 3)
    let single = try open {
      try SafetensorsFile.write(
        [TensorSignature(name: "x", shape: [])], to: $0 + "/model.safetensors", fileSystem: LocalFileSystem()
      ) { _ in [1] }
    }
    #expect(single.tensors.map(\.name) == ["x"])
  }

  @Test("without any is a missing input; weights in another format are named")
  func empty() throws {
    try withTemporaryDirectory { directory in
      try write([1], to: directory + "/pytorch_model.bin")
      let error = #expect(throws: SafetensorsFolderFailure.self) { try SafetensorsFolder(path: directory) }
      #expect(error?.exitStatus == .missingInput)
      #expect(
        error?.message
          == "\(directory) holds neither model.safetensors nor model.safetensors.index.json, but pytorch_model.bin"
      )
    }
  }

  @Test("of 16-bit values gives the float32 that each of them is: ends, denormals, infinities, and more than one piece")
  func halves() throws {
    let half: [UInt16] = [0x3C00, 0xC000, 0x7BFF, 0x0001, 0x8000, 0x7C00, 0x3555]
    let halves: [Float] = [1, -2, 65504, 5.9604645e-8, -0.0, .infinity, 0.33325195]
    let brain: [UInt16] = [0x3F80, 0xC000, 0x7F7F, 0x0001, 0x8000, 0xFF80, 0x3EAB]
    let brains: [Float] = [1, -2, 3.3895314e38, Float(bitPattern: 0x1_0000), -0.0, -.infinity, 0.33398438]
    for (type, bits, expected) in [("F16", half, halves), ("BF16", brain, brains)] {
      try withTemporaryDirectory { directory in
        let many = Array(repeating: bits, count: 20_001).flatMap { $0 }
        let header = #"{"x":{"dtype":"\#(type)","shape":[\#(many.count)],"data_offsets":[0,\#(2 * many.count)]}}"#
        let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
        let data = many.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        try write(length + Array(header.utf8) + data, to: directory + "/model.safetensors")
        let found = try SafetensorsFolder(path: directory).floats(named: "x")
        #expect(Array(found.prefix(7)).map(\.bitPattern) == expected.map(\.bitPattern), "\(type)")
        #expect(Array(found.suffix(7)).map(\.bitPattern) == expected.map(\.bitPattern), "\(type)")
        #expect(found.count == many.count)
      }
    }
  }
}
