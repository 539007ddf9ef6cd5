#if canImport(Glibc)
  import Glibc
#endif

/// How a rank waits for others: first it gives way to whoever wants the core, which on a machine with fewer cores than ranks
/// is one that others wait for; after about a millisecond it sleeps between two looks, as yielding alone lets a scheduler
/// that counts by groups of processes starve the other.
struct Patience {
  private static let yields = 2_000
  private static let napMicroseconds: useconds_t = 50
  private var pauses = 0

  mutating func pause() {
    pauses += 1
    if pauses <= Self.yields { sched_yield() } else { usleep(Self.napMicroseconds) }
  }
}

extension ProcessGroup {
  /// As `exchange(outgoing:incoming:whileWaiting:)`, waiting as ranks of a node wait for each other.
  public func exchange(outgoing: [OutgoingMessage], incoming: [IncomingMessage]) throws {
    var patience = Patience()
    try exchange(outgoing: outgoing, incoming: incoming, whileWaiting: { patience.pause() })
  }
}
