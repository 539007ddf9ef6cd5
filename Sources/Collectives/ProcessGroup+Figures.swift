/// Figures of every rank: times, mostly.
extension ProcessGroup {
  /// Every rank's figures, in rank order; as many as a rank has. A collective.
  public func allGather(_ figures: [Double]) throws -> [[Double]] {
    try allGather(figures.withUnsafeBytes { Array($0) }).map { bytes in
      bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    }
  }

  /// The greatest of all ranks' figures. A collective.
  public func greatest(_ figure: Double) throws -> Double {
    try allGather([figure]).joined().max() ?? figure
  }

  /// The figure of rank `root`. A collective.
  public func broadcast(_ figure: Int, from root: Int) throws -> Int {
    var bytes = withUnsafeBytes(of: figure) { Array($0) }
    try broadcast(&bytes, from: root)
    return bytes.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
  }
}
