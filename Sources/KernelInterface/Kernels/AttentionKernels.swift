/// Attention, forward, backward and with a cache. The rules of `Kernels` hold.
///
/// Order, forward. Q is multiplied by `scale` first. A score is one chain of fused multiply-adds over the elements of
/// the head ascending, beginning at the bias or zero. Keys are taken in blocks of `Attention.keyBlock`, counted from
/// key 0. With m the greatest score so far, a block turns the sum l of exponentials into fma(l, exp(old m - m), s), s
/// being the chain of additions over the block's keys ascending, and each element of O into a chain of fused
/// multiply-adds over the keys that begins at O * exp(old m - m). At the end O is multiplied by 1 / l. So what a query
/// gets does not depend on which queries are computed with it, nor on how many masked keys there are.
///
/// Order, backward. With P = exp(S - logSumExp), D = the dot product of dO and O (by the rule of `sum`) and
/// dS = P (dO V^T - D), every element of dV = P^T dO and of dK = dS^T (scale Q) is one chain of fused multiply-adds over
/// the heads that share the key, and over queries ascending within a head; every element of dQ = scale dS K is one chain
/// over keys ascending, multiplied by `scale` at the end.
public protocol AttentionKernels: Sendable {
  /// Bytes of scratch memory for `attention` and for `attentionBackward`, 64-byte aligned.
  func attentionWorkspaceSize(_ attention: Attention) -> Int
  func attentionBackwardWorkspaceSize(_ attention: Attention) -> Int

  /// O for one batch row and head, queries `queries`.
  ///
  /// - Parameter logSumExp: [batch, heads, queryTime]: gets log(sum over j of exp(S[i, j])), +infinity for a query that
  ///   sees no key, so that its probabilities come out as 0 in the backward pass.
  func attention(
    _ attention: Attention, batch: Int, head: Int, queries: Range<Int>, into output: UnsafeMutablePointer<Float>,
    logSumExp: UnsafeMutablePointer<Float>?, workspace: UnsafeMutableRawPointer)

  /// The gradients for one batch row and one key and value head with all query heads that share it.
  ///
  /// dK and dV are written for `keys` and summed over `queries`; dQ is written for `queries` and summed over `keys`. So
  /// all of both gives all gradients at once; to divide the work, ask for dK and dV alone by parts of the keys and for dQ
  /// alone by parts of the queries: the same bits.
  ///
  /// - Parameter keys: begins at a multiple of `Attention.keyBlock`. Keys are not blocked.
  func attentionBackward(
    _ attention: Attention, _ gradients: AttentionGradients, batch: Int, keyValueHead: Int, queries: Range<Int>,
    keys: Range<Int>, workspace: UnsafeMutableRawPointer)
}
