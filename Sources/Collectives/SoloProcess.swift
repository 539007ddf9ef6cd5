import Failures
import Glibc

/// A group of one process: every sum is its own value, and nothing is sent.
public final class SoloProcess: ProcessGroup {
  public let rank = 0
  public let size = 1

  public init() {}

  public func allReduceSum(_ values: UnsafeMutableBufferPointer<Float>) {}

  public func allReduceSum(_ values: inout [Double]) {}

  public func broadcast(_ bytes: inout [UInt8], from root: Int) {
    precondition(root == 0, "broadcast from rank \(root) in a group of one process")
  }

  public func allGather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }

  public func barrier() {}

  public func topology() -> Topology { Topology(nodes: [[0]]) }

  public var shareableByteCount: Int { .max }

  public func shareMemory(byteCount: Int, on topology: Topology) -> any NodeMemory {
    PrivateMemory(byteCount: byteCount)
  }

  public func exchange(outgoing: [OutgoingMessage], incoming: [IncomingMessage], whileWaiting pause: () -> Void) {
    precondition(outgoing.isEmpty && incoming.isEmpty, "messages in a group of one process")
  }

  public func abort(_ status: ExitStatus) -> Never { exit(status.rawValue) }
}
