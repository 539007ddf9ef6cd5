import Checkpoints
import Files
import ModelExchange

extension JSONParser.Failure: RefusedInput {
  public var description: String { "\(reason) (byte \(offset))" }
}

extension FuzzedParser {
  /// JSON, and what Hugging Face's folders hold.
  static let formats = [
    // What was read once is written so that it is read again.
    FuzzedParser("json") { input in
      let node = try JSONParser.parseExactly(input.bytes[...], maximumDepth: 32)
      let text = node.serialized()
      guard try JSONParser.parseExactly(text[...], maximumDepth: 32).serialized() == text else {
        preconditionFailure("JSON changes by being written and read")
      }
      _ = try JSONParser.parse(input.bytes[...], maximumDepth: 32)
    },
    FuzzedParser("safetensors") { input in
      let files = MemoryFiles(["a.safetensors": input.bytes])
      let file = try SafetensorsFile(path: "\(MemoryFiles.folder)/a.safetensors", fileSystem: files)
      for tensor in file.tensors where tensor.elementType.isReadAsFloat {
        let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: tensor.signature.count)
        defer { values.deallocate() }
        try file.readFloats(of: tensor, into: values)
      }
    },
    FuzzedParser("safetensors-folder") { input in
      let files = input.inMemory([
        SafetensorsFolder.indexName, "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
      ])
      let folder = try SafetensorsFolder(path: MemoryFiles.folder, fileSystem: files)
      for tensor in folder.tensors where tensor.elementType.isReadAsFloat { _ = try folder.floats(named: tensor.name) }
    },
    FuzzedParser("model-config") { input in
      let files = MemoryFiles(["config.json": input.bytes])
      let configuration = try HuggingFaceConfiguration(
        contentsOf: "\(MemoryFiles.folder)/config.json", fileSystem: files)
      _ = configuration.json
    },
  ]
}
