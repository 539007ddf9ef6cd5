import Checkpoints
import Files
import Testing

@Suite("A payload of the trainer")
struct JSONValueTests {
  struct Payload: Codable, Equatable {
    var small: Int
    var large: UInt64
    var single: Float
    var double: Double
    var infinite: Float
    var text: String
    var flags: [Bool]
    var absent: Int?
    var table: [String: [Double]]
  }

  @Test("comes back through a manifest exactly as it was")
  func roundTrip() throws {
    let payload = Payload(
      small: .min, large: .max, single: 0.1, double: .leastNonzeroMagnitude, infinite: -.infinity, text: "\"é\n🐦/",
      flags: [true, false],
      absent: nil, table: ["a_b": [1, 1.5, -1e300, -0.0, 1e18], "cD": []])
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run)
      try SampleCheckpoint(step: 1).withCheckpoint { checkpoint in
        var checkpoint = checkpoint
        checkpoint.training.state = try JSONValue(encoding: payload)
        try store.save(checkpoint)
      }
      let loaded = try store.load(step: 1).manifest.training.state
      let decoded = try loaded.decoded(as: Payload.self)
      #expect(decoded == payload)
      #expect(decoded.table["a_b"]?[3].sign == .minus)
    }
  }

  @Test("of another type is an error")
  func otherType() throws {
    let value = try JSONValue(encoding: ["best": 0.5])
    #expect(value == .object(["best": .number(0.5)]))
    #expect(throws: DecodingError.self) { try value.decoded(as: Payload.self) }
  }
}
