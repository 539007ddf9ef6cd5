import KernelInterface

/// How products are shared out over the threads: by shape alone. Where C is cut does not show in the result: no element's
/// sum is cut.
extension MatrixProductBatch {
  /// Whole products are shared out where there are enough, else each product is cut.
  func run(on backend: Backend) {
    let parts = min(backend.threads.size, count)
    guard count >= 2 * backend.threads.size || (parts > 1 && !first.isWorthCutting) else {
      for index in 0..<count { self[index].run(on: backend) }
      return
    }
    guard count * first.work >= MatrixProduct.smallest else { return compute(0..<count, on: backend) }
    backend.threads.run(parts) { part in
      compute(Backend.range(part, of: parts, count: count, unit: 1), on: backend)
    }
  }

  private func compute(_ range: Range<Int>, on backend: Backend) {
    let workspace = first.workspace(on: backend)
    for index in range { backend.kernels.gemm(self[index], workspace: UnsafeMutableRawPointer(workspace.base)) }
    withExtendedLifetime(workspace) {}
  }
}

extension MatrixProduct {
  /// Multiply-adds below which a second thread costs more than it brings.
  fileprivate static let smallest = 1 << 18
  /// Floats of op(B) that are packed at once for all threads: they stay in the last cache.
  private static let sharedPanels = 1 << 20

  fileprivate var work: Int { m * n * max(k, 1) }
  fileprivate var isWorthCutting: Bool { work >= 2 * Self.smallest }

  /// Cuts C into bands, one a thread, along its longer side, and computes them side by side.
  func run(on backend: Backend) {
    let bands = min(backend.threads.size, max(1, work / Self.smallest))
    guard bands > 1 else { return compute(on: backend) }
    if n >= m {
      runBands(bands, of: n, unit: backend.kernels.packedPanelColumns, on: backend, columns)
    } else if bPacked || n * k <= Self.smallPanels {
      runBands(bands, of: m, unit: Self.rowUnit, on: backend, rows)
    } else {
      runSharingPanels(bands, on: backend)
    }
  }

  /// Rows that bands are cut at: a multiple of every tile's.
  private static let rowUnit = 14
  /// Below this many floats of op(B) each thread packs them for itself.
  private static let smallPanels = 1 << 14

  private func runBands(
    _ bands: Int, of count: Int, unit: Int, on backend: Backend, _ part: (Range<Int>) -> MatrixProduct
  ) {
    let bands = min(bands, (count + unit - 1) / unit)
    backend.threads.run(bands) { band in
      part(Backend.range(band, of: bands, count: count, unit: unit)).compute(on: backend)
    }
  }

  /// Many rows: every thread needs all of op(B). A block of its columns is packed by all threads, each some panels, then used
  /// by all, each for a band of rows.
  private func runSharingPanels(_ bands: Int, on backend: Backend) {
    let width = backend.kernels.packedPanelColumns
    let columnsAtOnce = max(1, Self.sharedPanels / max(k, 1) / width) * width
    let panels = backend.pool.allocate(min(columnsAtOnce, (n + width - 1) / width * width) * k)
    for first in stride(from: 0, to: n, by: columnsAtOnce) {
      var block = columns(first..<min(first + columnsAtOnce, n))
      block.packB(into: panels.base, on: backend)
      block.b = UnsafePointer(panels.base)
      block.bPacked = true
      block.runBands(bands, of: m, unit: Self.rowUnit, on: backend, block.rows)
    }
    withExtendedLifetime(panels) {}
  }

  private func compute(on backend: Backend) {
    let workspace = workspace(on: backend)
    backend.kernels.gemm(self, workspace: UnsafeMutableRawPointer(workspace.base))
    withExtendedLifetime(workspace) {}
  }

  fileprivate func workspace(on backend: Backend) -> Storage {
    backend.pool.allocate((backend.kernels.gemmWorkspaceSize(self) + 3) / 4)
  }
}
