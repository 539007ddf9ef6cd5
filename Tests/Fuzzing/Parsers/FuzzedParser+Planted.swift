extension FuzzedParser {
  /// Does what no parser may, where the input tells it to: `fuzz.sh` fuzzes it first, and is of use only if it notices.
  static let planted = FuzzedParser("planted") { input in
    switch String(decoding: input.bytes.prefix(4), as: UTF8.self) {
    case "trap":
      preconditionFailure("a planted trap")
    case "hang":
      let start = ContinuousClock.now
      while ContinuousClock.now - start < .seconds(3) {}
    case "take":
      // Nobody touches this memory: the asking is what has to be noticed.
      var bytes: [UInt8] = []
      bytes.reserveCapacity(300 << 20)
      precondition(bytes.capacity >= 300 << 20)
    default:
      break
    }
  }
}
