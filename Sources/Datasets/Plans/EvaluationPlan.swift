/// How the ranks share the evaluation of a set: in chunks, each computed whole by one rank, no sample lost or repeated.
///
/// The chunks depend on the set alone, so figures summed chunk by chunk, in order, are the same on any number of ranks.
public struct EvaluationPlan: Hashable, Sendable {
  public let sampleCount: Int
  public let chunkSize: Int

  public init(sampleCount: Int, chunkSize: Int) {
    precondition(sampleCount >= 0 && chunkSize > 0, "\(sampleCount) samples in chunks of \(chunkSize)")
    self.sampleCount = sampleCount
    self.chunkSize = chunkSize
  }

  /// 0 for an empty set.
  public var chunkCount: Int { (sampleCount + chunkSize - 1) / chunkSize }

  /// The samples of one chunk; the last chunk may be shorter than the others.
  public func samples(ofChunk chunk: Int) -> Range<Int> {
    precondition(chunk >= 0 && chunk < chunkCount, "chunk \(chunk) of \(chunkCount)")
    return chunk * chunkSize..<min((chunk + 1) * chunkSize, sampleCount)
  }

  /// The chunks that `rank` of `ranks` computes, in ascending order; none where there are fewer chunks than ranks.
  public func chunks(ofRank rank: Int, of ranks: Int) -> [Int] {
    precondition(rank >= 0 && rank < ranks, "rank \(rank) of \(ranks)")
    return Array(stride(from: rank, to: chunkCount, by: ranks))
  }
}
