import Checkpoints
import Testing

@Suite("The digest of a model's parameters")
struct ParametersDigestTests {
  /// hashlib.sha256(b"".join(t[n] for n in sorted(t))).hexdigest() in Python, with
  /// t = {"b.weight": struct.pack("<4f", 1, -2, 0.5, 1e-45),
  ///      "a": struct.pack("<3I", 0x7fc01234, 0x80000000, 0xff800001), "B": struct.pack("<1f", 3)}
  @Test("is what Python's hashlib gives, whatever the order of the tensors")
  func golden() {
    let b: [Float] = [1, -2, 0.5, .leastNonzeroMagnitude]
    let a: [UInt32] = [0x7FC0_1234, 0x8000_0000, 0xFF80_0001]
    let capitalB: [Float] = [3]
    b.withUnsafeBufferPointer { b in
      a.withUnsafeBytes { a in
        capitalB.withUnsafeBufferPointer { capitalB in
          let tensors = [
            NamedTensor(name: "b.weight", shape: [2, 2], memory: b),
            NamedTensor(name: "a", shape: [3], memory: a.assumingMemoryBound(to: Float.self)),
            NamedTensor(name: "B", shape: [], memory: capitalB),
          ]
          let expected = "1a5d77efbeb6a53080d330989970ff5648efbd7ee0f51f80fa62dba6454a2e00"
          #expect(parametersDigest(of: tensors) == expected)
          #expect(parametersDigest(of: tensors.reversed()) == expected)
        }
      }
    }
  }

  @Test("of no parameters is that of no bytes")
  func empty() {
    #expect(
      parametersDigest(of: []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test("changes with one bit of one value")
  func oneBit() {
    var values: [Float] = [0, 1, 2]
    func digest() -> String {
      values.withUnsafeBufferPointer { parametersDigest(of: [NamedTensor(name: "x", shape: [3], memory: $0)]) }
    }
    let before = digest()
    values[0] = -0.0
    #expect(digest() != before)
  }
}
