import KernelInterface

/// The cross-entropy between softmax(x W + b) and labels, for tokens x [tokens, width], without ever holding the logits
/// [tokens, classes] whole.
///
/// Classes are cut into chunks. The forward pass goes through them once and keeps running maxima and sums of
/// exponentials. The backward pass needs each chunk of logits again. It finds the first ones kept, as many as fit
/// `keptFloats`, and computes the others anew: by the same operations, so to the same bits. What is kept is a matter of
/// speed alone.
///
/// Chunks of tokens would need no second product, as a token's gradient is known as soon as its row of logits is. But
/// the gradient of W would have to wait somewhere until the backward pass says where it goes: as many values as W, for
/// GPT-2 three times those of the logits of 256 tokens, and they would pass through memory once more for each chunk.
///
/// Tokens with the ignored label are left out of all products.
public struct ProjectedCrossEntropy {
  /// Logits of one chunk: few enough for a near cache to hold a good part, enough for the matrix product.
  private static let chunkFloats = 1 << 20
  /// Logits kept for the backward pass: 24 MiB.
  private static let keptFloats = 6 << 20

  /// The loss of each token, 0 where it is ignored: [tokens].
  public let losses: Tensor
  /// The mean over the tokens that are not ignored; 0 if all are.
  public let mean: Float

  private let projection: LogitsProjection
  private let labels: Labels
  /// The tokens that count.
  private let x: Tensor
  private let statistics: Tensor
  private let kept: [Tensor]

  /// - Parameters:
  ///   - x: [tokens, width]
  ///   - labels: one a token, in 0 ..< classes, or `ignored`.
  ///   - keepsLogits: whether `gradients` will be asked for.
  public init(
    of x: Tensor, projectedBy projection: LogitsProjection, labels: [Int32], ignoring ignored: Int32, keepsLogits: Bool
  ) {
    precondition(
      x.shape.rank == 2 && x.shape[1] == projection.width && x.shape[0] == labels.count,
      "\(labels.count) labels for \(x.shape) projected by \(projection.weight.shape)")
    let labels = Labels(labels, ignoring: ignored)
    precondition(
      labels.counted.allSatisfy { 0 <= $0 && $0 < projection.classes },
      "a label lies outside 0 ..< \(projection.classes)")
    self.projection = projection
    self.labels = labels
    self.x = labels.compacted(x)
    let pass = ChunkPass(x: self.x, projection: projection, labels: labels.counted, chunkFloats: Self.chunkFloats)
    kept = pass.forward(keptFloats: keepsLogits ? Self.keptFloats : 0)
    statistics = pass.statistics
    losses = labels.spread(pass.losses())
    mean = losses.sum() / Float(max(labels.counted.count, 1))
  }

  /// The gradients of scale * (the sum of all losses): of W into `weightGradient`, of x and b as new tensors. W's is a
  /// product of the depth of the tokens.
  public func gradients(scale: Float, weightGradient: TensorDestination?) -> (x: Tensor, bias: Tensor?) {
    let pass = ChunkPass(
      x: x, projection: projection, labels: labels.counted, statistics: statistics, chunkFloats: Self.chunkFloats)
    let (dx, bias) = pass.backward(kept: kept, scale: scale, weightGradient: weightGradient)
    return (labels.spread(dx), bias)
  }

  /// The gradients of the mean, times `scale`.
  public func gradientsOfMean(scale: Float, weightGradient: TensorDestination?) -> (x: Tensor, bias: Tensor?) {
    gradients(scale: scale / Float(max(labels.counted.count, 1)), weightGradient: weightGradient)
  }
}

/// Which tokens count, and their labels.
private struct Labels {
  let tokens: Int
  /// The labels that are not ignored.
  let counted: [Int32]
  /// Their tokens.
  let positions: [Int32]

  init(_ labels: [Int32], ignoring ignored: Int32) {
    tokens = labels.count
    counted = labels.filter { $0 != ignored }
    positions = labels.indices.filter { labels[$0] != ignored }.map { Int32($0) }
  }

  /// The rows of `x` that count.
  func compacted(_ x: Tensor) -> Tensor { counted.count == tokens ? x : x.rows(at: positions) }

  /// Rows of all tokens, zero where ignored, from those that count.
  func spread(_ rows: Tensor) -> Tensor {
    if counted.count == tokens { return rows }
    return Tensor(Shape([tokens] + rows.shape.dimensions.dropFirst()), on: rows.backend) {
      $0.writeScatteredRows(rows, at: positions)
    }
  }
}
