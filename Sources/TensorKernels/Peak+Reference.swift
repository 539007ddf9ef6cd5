import KernelInterface

extension ReferenceKernels {
  public func multiplyAddChains(count: Int, factor: Float, term: Float) -> Float {
    // All lanes of a vector are equal, so their sum by the lane tree is 16 times one of them, exactly.
    var chains: [Float] = (0..<12).map { Float($0) }
    for _ in 0..<count {
      for chain in chains.indices { chains[chain] = term.addingProduct(chains[chain], factor) }
    }
    return 16 * (chains[1..<6].reduce(chains[0], +) + chains[7...].reduce(chains[6], +))
  }

  public func triad(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, factor: Float, into y: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    for i in 0..<count { y[i] = a[i].addingProduct(factor, b[i]) }
  }
}
