import KernelInterface

func probeMovement(_ kernels: any Kernels, _ digest: inout Digest) {
  let (rows, columns) = (37, 43)
  let x = made(33, rows * columns)
  var y = made(34, rows * columns)
  kernels.transpose(x, xStride: columns, into: &y, yStride: rows, rows: rows, columns: columns, accumulates: false)
  digest.add(y)
  kernels.transpose(x, xStride: columns, into: &y, yStride: rows, rows: rows, columns: columns, accumulates: true)
  digest.add(y)
  kernels.copyRows(x, xStride: columns, into: &y, yStride: 33, rows: rows, columns: 31, accumulates: true)
  digest.add(y)
}

func probeRotary(_ kernels: any Kernels, _ digest: inout Digest) {
  let (tokens, heads, headSize) = (5, 3, 42)
  let x = made(35, tokens * heads * headSize)
  var y = made(36, tokens * heads * headSize)
  let (cosines, sines) = (made(37, tokens * headSize / 2), made(38, tokens * headSize / 2))
  for pairing in [RotaryPairing.halves, .neighbours] {
    cosines.withUnsafeBufferPointer { cosines in
      sines.withUnsafeBufferPointer { sines in
        let rotation = Rotation(
          tokens: tokens, heads: heads, headSize: headSize, xStride: heads * headSize, yStride: heads * headSize,
          pairing: pairing, cosines: cosines.baseAddress!, sines: sines.baseAddress!, isBackward: pairing == .halves)
        kernels.rotate(rotation, x, into: &y, accumulates: pairing == .halves)
      }
    }
    digest.add(y)
  }
}
