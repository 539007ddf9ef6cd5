/// op(B) of a product: a tensor, to be transposed or not, or a packed matrix.
public struct RightOperand {
  /// The shape of op(B), [count,] [k, n].
  let rank, count, k, n: Int
  let base: UnsafePointer<Float>
  let stride: Int
  let isTransposed: Bool
  let isPacked: Bool
  let description: String
  let storage: Storage

  public init(_ b: Tensor, transposing: Bool = false) {
    precondition(b.shape.rank >= 2, "a matrix is wanted, not shape \(b.shape)")
    (k, n) = transposing ? (b.shape[-1], b.shape[-2]) : (b.shape[-2], b.shape[-1])
    rank = b.shape.rank
    count = rank == 3 ? b.shape[0] : 1
    base = b.base
    stride = b.shape[-1]
    isTransposed = transposing
    isPacked = false
    description = "\(b.shape)\(transposing ? "^T" : "")"
    storage = b.storage
  }

  public init(_ b: PackedMatrix) {
    (k, n) = (b.shape[0], b.shape[1])
    rank = 2
    count = 1
    base = UnsafePointer(b.storage.base)
    stride = 0
    isTransposed = false
    isPacked = true
    description = "packed \(b.shape)"
    storage = b.storage
  }
}
