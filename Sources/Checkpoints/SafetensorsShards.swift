import Files

/// How tensors are shared out among files of a limited size, in the order of their names: a plan, as a value.
public struct SafetensorsShards: Equatable, Sendable {
  public struct Shard: Equatable, Sendable {
    public let fileName: String
    /// Sorted by name.
    public let tensors: [TensorSignature]
  }

  public let shards: [Shard]

  /// - Parameter byteLimit: of the values of a file, in float32; a tensor that is larger has a file of its own. `nil`: one file.
  public init(of tensors: [TensorSignature], byteLimit: Int?) {
    var groups: [[TensorSignature]] = [[]]
    var byteCount = 0
    for tensor in tensors.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      let bytes = tensor.float32ByteCount
      if let byteLimit, byteCount + bytes > byteLimit, byteCount > 0 {
        groups.append([])
        byteCount = 0
      }
      groups[groups.count - 1].append(tensor)
      byteCount += bytes
    }
    shards = groups.enumerated().map { index, tensors in
      Shard(
        fileName: groups.count == 1
          ? SafetensorsFolder.fileName : shardName("model", number: index + 1, of: groups.count), tensors: tensors)
    }
  }

  /// The index that stands beside several files; `nil` for one file, which needs none.
  public var index: JSONValue? {
    guard shards.count > 1 else { return nil }
    var map: [String: JSONValue] = [:]
    for shard in shards {
      for tensor in shard.tensors { map[tensor.name] = .string(shard.fileName) }
    }
    let size = shards.reduce(0) { $0 + $1.tensors.reduce(0) { $0 + $1.float32ByteCount } }
    return .object(["metadata": .object(["total_size": .integer(size)]), "weight_map": .object(map)])
  }
}

/// `model-00001-of-00002.safetensors`
func shardName(_ kind: String, number: Int, of count: Int) -> String {
  func padded(_ value: Int) -> String { String(String(value + 100_000).dropFirst()) }
  return "\(kind)-\(padded(number))-of-\(padded(count)).safetensors"
}

extension TensorSignature {
  fileprivate var float32ByteCount: Int { count * SafetensorsFile.ElementType.float32.byteCount }
}
