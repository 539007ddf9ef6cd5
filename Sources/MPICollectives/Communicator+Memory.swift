import Collectives
import Glibc
import MessagePassing

extension Communicator {
  public func topology() throws -> Topology {
    let node = try splitByNode()
    // A node's name is the number of its first rank.
    var leader = [UInt64(rank)]
    try leader.withUnsafeMutableBufferPointer { try node.broadcast($0, from: 0) }
    try node.free()
    let names = try allGather(leader.withUnsafeBytes { Array($0) })
    return Topology(nodeNames: names.map { $0.map(String.init).joined(separator: ".") })
  }

  /// What is left of the file system that MPI's shared windows live on; containers often give it 64 MB.
  public var shareableByteCount: Int {
    var status = statvfs()
    guard statvfs("/dev/shm", &status) == 0 else { return 0 }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }

  public func shareMemory(byteCount: Int, on topology: Topology) throws -> any NodeMemory {
    let neighbours = topology.neighbours(of: rank)
    let node = try split(color: neighbours[0])
    guard neighbours.count > 1 else {
      try node.free()
      return PrivateMemory(byteCount: byteCount)
    }
    return try WindowMemory(byteCount: byteCount, on: node)
  }
}

/// An MPI window as memory of a node.
private final class WindowMemory: NodeMemory {
  private let node: Communicator
  private let window: SharedWindow<UInt8>
  private(set) var segments: [UnsafeMutableRawBufferPointer]

  init(byteCount: Int, on node: Communicator) throws {
    self.node = node
    window = try SharedWindow(count: byteCount, on: node)
    segments = (0..<node.size).map { [window] in UnsafeMutableRawBufferPointer(window.segment(ofRank: $0)) }
  }

  func free() throws {
    segments = []
    try window.free()
    try node.free()
  }
}
