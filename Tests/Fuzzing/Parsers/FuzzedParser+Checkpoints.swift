import Checkpoints
import Crypto
import Files

extension FuzzedParser {
  /// A checkpoint's folder. The manifest in the input has no checksum of its own: it is put in, for a fuzzer that has to guess
  /// one would never get beyond it.
  static let checkpoints = [
    FuzzedParser("manifest") { input in
      var files = input.files(3)
      files[0] = withChecksum(files[0])
      let names = [
        "MANIFEST.json", "model-00001-of-00001.safetensors", "optimizer-00001-of-00001.safetensors",
      ]
      let folder = MemoryFiles(Dictionary(zip(names, files), uniquingKeysWith: { first, _ in first }))
      let verification = CheckpointVerification(of: MemoryFiles.folder, fileSystem: folder)
      let store = CheckpointStore(directory: MemoryFiles.folder, fileSystem: folder)
      let checkpoint = try store.load(path: MemoryFiles.folder)
      for tensor in checkpoint.manifest.parameters + checkpoint.manifest.optimizerState {
        _ = try checkpoint.values(of: tensor)
      }
      _ = try checkpoint.parametersDigest()
      _ = verification.firstDamage
    }
  ]

  /// `{` and a line end, then the checksum of all of `text`, then the rest of it.
  private static func withChecksum(_ text: [UInt8]) -> [UInt8] {
    let digits = SHA256.hash(data: text).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return Array("{\n  \"checksum\" : \"\(digits.joined())\",".utf8) + text.dropFirst()
  }
}
