/// Rows of a table, by number. The rules of `Kernels` hold.
public protocol EmbeddingKernels: Sendable {
}
