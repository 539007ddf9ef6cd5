/// Which writer writes which tensor of a checkpoint: a plan, as a value. A tensor is in one file as a whole, so every file
/// is an ordinary safetensors file, and who reads the checkpoint need not know how many wrote it.
public struct CheckpointShares: Equatable, Sendable {
  /// A file to be written, and its tensors, sorted by name.
  public typealias Shard = SafetensorsShards.Shard

  /// What one writer writes; a file that would be empty is not there.
  public struct Share: Equatable, Sendable {
    public let model: Shard?
    public let optimizer: Shard?
  }

  /// In the order of the writers.
  public let shares: [Share]

  /// Gives each tensor, the largest first, to the writer who has least so far.
  ///
  /// - Parameters:
  ///   - writers: at least 1.
  ///   - stateWriters: the first so many of them have the optimizer's state in their memory and may write it.
  public init(
    parameters: [TensorSignature], optimizerState: [TensorSignature], writers: Int = 1, stateWriters: Int = 1
  ) {
    precondition(
      (1...writers).contains(stateWriters), "\(stateWriters) of \(writers) writers have the optimizer's state")
    var loads = [Int](repeating: 0, count: writers)
    // The state goes first: what can go to everybody evens out what cannot.
    let ofOptimizer = Self.shards("optimizer", Self.divide(optimizerState, among: 0..<stateWriters, &loads))
    let ofModel = Self.shards("model", Self.divide(parameters, among: 0..<writers, &loads))
    shares = (0..<writers).map { writer in
      Share(model: ofModel[writer], optimizer: writer < stateWriters ? ofOptimizer[writer] : nil)
    }
  }

  private static func divide(
    _ tensors: [TensorSignature], among writers: Range<Int>, _ loads: inout [Int]
  ) -> [[TensorSignature]] {
    let ordered = tensors.sorted {
      $0.count != $1.count ? $0.count > $1.count : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    var groups = [[TensorSignature]](repeating: [], count: writers.count)
    for tensor in ordered {
      let least = writers.reduce(0) { loads[$1] < loads[$0] ? $1 : $0 }
      groups[least].append(tensor)
      loads[least] += tensor.count
    }
    return groups
  }

  private static func shards(_ kind: String, _ groups: [[TensorSignature]]) -> [Shard?] {
    let files = groups.count { !$0.isEmpty }
    var number = 0
    return groups.map { tensors in
      guard !tensors.isEmpty else { return nil }
      number += 1
      return Shard(
        fileName: shardName(kind, number: number, of: files),
        tensors: tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    }
  }

  /// The bytes of all values.
  public var byteCount: Int {
    shares.flatMap { [$0.model, $0.optimizer] }.compactMap { $0 }.flatMap(\.tensors).reduce(0) {
      $0 + $1.count * SafetensorsFile.ElementType.float32.byteCount
    }
  }

  /// The rows of the manifest's tables, sorted by name.
  var parameterRows: [CheckpointManifest.Tensor] { Self.rows(of: shares.compactMap(\.model)) }
  var optimizerStateRows: [CheckpointManifest.Tensor] { Self.rows(of: shares.compactMap(\.optimizer)) }

  private static func rows(of shards: [Shard]) -> [CheckpointManifest.Tensor] {
    let rows = shards.flatMap { shard in
      shard.tensors.map { tensor in
        CheckpointManifest.Tensor(
          name: tensor.name, shape: tensor.shape, dtype: SafetensorsFile.ElementType.float32.rawValue,
          file: shard.fileName)
      }
    }
    return rows.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
