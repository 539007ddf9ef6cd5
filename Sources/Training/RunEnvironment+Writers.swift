import Checkpoints
import Collectives
import Files
import Glibc

extension RunEnvironment {
  /// Between two looks for a file that another rank has made, in microseconds.
  private static let pause: UInt32 = 50_000

  /// The ranks that write checkpoints, ascending: those that see the folder in which rank 0 saves. That is found out with
  /// a file that rank 0 makes there. A collective; throws where rank 0 could save nothing.
  ///
  /// - Parameter byteCount: of a checkpoint.
  func writers(of store: CheckpointStore, checkpointByteCount byteCount: Int) throws -> [Int] {
    var token = Array(String(UInt64.random(in: .min ... .max), radix: 16).utf8)
    try group.broadcast(&token, from: 0)
    let name = String(decoding: token, as: UTF8.self)
    try group.agree {
      if group.rank == 0 { try store.probe(token: name, checkpointByteCount: byteCount) }
    }
    let isSeen = group.rank == 0 || isSeen(name, in: store)
    let answer: [UInt8] = [isSeen ? 1 : 0]
    let answers = try group.allGather(answer)
    try group.agree {
      if group.rank == 0 { try store.remove(token: name) }
    }
    let writers = answers.indices.filter { answers[$0] == [UInt8(1)] }
    if writers.count < group.size {
      display.note(
        "\(group.size - writers.count) of \(group.size) ranks do not see \(store.directory): the others save for them")
    }
    return writers
  }

  /// A rank that cannot even look does not see it.
  private func isSeen(_ token: String, in store: CheckpointStore) -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(patience.sharedFolder)
    while true {
      do throws(FileSystemError) {
        if try store.sees(token: token) { return true }
      } catch {
        return false
      }
      if clock.now >= end { return false }
      usleep(Self.pause)
    }
  }
}
