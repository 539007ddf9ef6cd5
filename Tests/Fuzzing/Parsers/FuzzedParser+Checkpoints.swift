import CCrypto
import Checkpoints
import Files
import Inference
import ModelZoo

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
    },
    // What a manifest says of its model. One of few layers is made: it takes a moment for each.
    FuzzedParser("model-description") { input in
      let around = manifest.split(separator: UInt8(ascii: "?"))
      let folder = MemoryFiles(["MANIFEST.json": withChecksum(around[0] + input.bytes + around[1])])
      let checkpoint = try CheckpointStore(directory: "", fileSystem: folder).load(path: MemoryFiles.folder)
      let description = try ModelDescription(checkpoint)
      if description.isSmall { _ = description.architecture.makeModel(description.options) }
    },
  ]

  /// A manifest of no tensors, with a question mark for its model.
  private static let manifest = Array(
    #"""
    {
    "files":[],"format_version":2,"optimizer_state":[],"parameters":[],"training":{"configuration_fingerprint":"",
    "model":?,"optimizer":"","preprocessing":null,
    "progress":{"batch_size":1,"lanes":1,"samples_seen":0,"seed":0,"step":0},"state":null}}
    """#.utf8)

  /// `{` and a line end, then the checksum of all of `text`, then the rest of it.
  private static func withChecksum(_ text: [UInt8]) -> [UInt8] {
    var hash = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    SHA256(text, text.count, &hash)
    let digits = hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    return Array("{\n  \"checksum\" : \"\(digits.joined())\",".utf8) + text.dropFirst()
  }
}

extension ModelDescription {
  fileprivate var isSmall: Bool {
    switch architecture {
    case .gpt2(let sizes): sizes.layers <= 4
    case .llama(let sizes): sizes.layers <= 4
    case .olmo2(let sizes): sizes.layers <= 4
    case .mixture(let sizes): sizes.frame.layers * sizes.experts <= 16
    case .bert(let sizes): sizes.layers <= 4
    case .t5(let sizes): sizes.encoderLayers + sizes.decoderLayers <= 4
    }
  }
}
