import KernelInterface

func probePooling(_ kernels: any Kernels, _ digest: inout Digest) {
  for (size, stride, padding) in [(2, 2, 0), (3, 1, 1), (3, 2, 1), (5, 3, 2)] {
    let pooling = Pooling(
      planes: 3, height: WindowAxis(input: 9, size: size, stride: stride, padding: padding),
      width: WindowAxis(input: 37, size: size, stride: stride, padding: padding))
    let x = made(40, pooling.planes * pooling.inputPlane)
    var y = made(41, pooling.planes * pooling.outputPlane)
    let workspace = UnsafeMutableRawPointer.allocate(byteCount: kernels.poolingWorkspaceSize(pooling), alignment: 64)
    for rule in [PoolingRule.maximum, .average(countsPadding: true), .average(countsPadding: false)] {
      var dx = x
      kernels.pool(pooling, rule, x: x, into: &y, workspace: workspace)
      kernels.poolBackward(pooling, rule, x: x, dy: y, into: &dx, accumulates: true, workspace: workspace)
      digest.add(y + dx)
    }
    workspace.deallocate()
  }
  let x = made(42, 3 * 59)
  var (y, dx) = (made(43, 3), x)
  kernels.averageRows(x, into: &y, rows: 3, columns: 59)
  kernels.averageRowsBackward(dy: y, into: &dx, rows: 3, columns: 59, accumulates: true)
  digest.add(y + dx)
}
