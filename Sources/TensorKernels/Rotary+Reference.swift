import KernelInterface

extension ReferenceKernels {
  public func rotate(
    _ rotation: Rotation, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, accumulates: Bool
  ) {
    let half = rotation.headSize / 2
    for token in 0..<rotation.tokens {
      for head in 0..<rotation.heads {
        let (x, y) = (
          x + token * rotation.xStride + head * rotation.headSize,
          y + token * rotation.yStride + head * rotation.headSize
        )
        for pair in 0..<half {
          let (first, second) = rotation.pairing == .halves ? (pair, pair + half) : (2 * pair, 2 * pair + 1)
          let (a, b) = (x[first], x[second])
          let cosine = rotation.cosines[token * half + pair]
          let sine = (rotation.isBackward ? -1 : 1) * rotation.sines[token * half + pair]
          let (turnedA, turnedB) = ((a * cosine).addingProduct(-b, sine), (b * cosine).addingProduct(a, sine))
          y[first] = accumulates ? y[first] + turnedA : turnedA
          y[second] = accumulates ? y[second] + turnedB : turnedB
        }
      }
    }
  }
}
