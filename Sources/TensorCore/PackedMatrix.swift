import KernelInterface

/// op(B) of a matrix product in the form in which the kernels read it, made once and used for many products: a layer's
/// weights, for all lanes and micro-batches of a step. Products with it have the bits of products with the matrix itself.
///
/// It pays where packing is a large part of the product: for few rows, and for transposed weights. It is a copy: it does
/// not see what is written to the matrix later.
public struct PackedMatrix: Sendable {
  /// The shape of op(B): [k, n].
  public let shape: Shape
  public let backend: Backend
  let storage: Storage
}

extension Tensor {
  /// A matrix [k, n], or the transpose of [n, k], packed.
  public func packed(transposing: Bool = false) -> PackedMatrix {
    precondition(shape.rank == 2, "a matrix is wanted, not shape \(shape)")
    let (k, n) = transposing ? (shape[1], shape[0]) : (shape[0], shape[1])
    let width = backend.kernels.packedPanelColumns
    let packed = backend.pool.allocate((n + width - 1) / width * width * k)
    let product = MatrixProduct(
      m: 0, n: n, k: k, a: base, aStride: 0, b: base, bStride: shape[1], bTransposed: transposing, c: packed.base,
      cStride: 0)
    product.packB(into: packed.base, on: backend)
    withExtendedLifetime((self, packed)) {}
    return PackedMatrix(shape: [k, n], backend: backend, storage: packed)
  }
}

extension MatrixProduct {
  /// Packs op(B), the panels shared out over the threads.
  func packB(into panels: UnsafeMutablePointer<Float>, on backend: Backend) {
    let width = backend.kernels.packedPanelColumns
    // Below this many floats a second thread costs more than it brings.
    let parts = min(backend.threads.size, (n + width - 1) / width, max(1, k * n / (1 << 14)))
    // The invariant of this unchecked capture: each thread writes the panels of its own columns.
    nonisolated(unsafe) let (product, panels) = (self, panels)
    backend.threads.run(parts) { part in
      let range = Backend.range(part, of: parts, count: n, unit: width)
      backend.kernels.packB(product.columns(range), into: panels + range.lowerBound * k)
    }
  }
}
