import KernelInterface

extension VectorKernels {
  public func multiplyAddChains(count: Int, factor: Float, term: Float) -> Float {
    let factor = Vector(repeating: factor)
    let term = Vector(repeating: term)
    var low = SixChains(first: 0)
    var high = SixChains(first: 6)
    #if AVX512
      // Two units, each with a multiply-add begun in every cycle and ended four or five later: 12 chains keep both busy.
      for _ in 0..<count {
        low.advance(factor, term)
        high.advance(factor, term)
      }
    #else
      // A logical vector is two registers here, so six chains are 12, and all 12 chains would not fit into the 16.
      for _ in 0..<count { low.advance(factor, term) }
      for _ in 0..<count { high.advance(factor, term) }
    #endif
    return (low.sum + high.sum).laneSum
  }

  public func triad(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, factor: Float, into y: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    let factor = Vector(repeating: factor)
    forEachVector(count) { y.store(a.vector($0).adding(factor, times: b.vector($0)), $0) }
  }
}

/// Six vectors that begin at different values: equal ones would be computed once.
private struct SixChains {
  private var a: Vector
  private var b: Vector
  private var c: Vector
  private var d: Vector
  private var e: Vector
  private var f: Vector

  @inline(__always)
  init(first: Float) {
    a = Vector(repeating: first)
    b = Vector(repeating: first + 1)
    c = Vector(repeating: first + 2)
    d = Vector(repeating: first + 3)
    e = Vector(repeating: first + 4)
    f = Vector(repeating: first + 5)
  }

  @inline(__always)
  mutating func advance(_ factor: Vector, _ term: Vector) {
    a = term.adding(a, times: factor)
    b = term.adding(b, times: factor)
    c = term.adding(c, times: factor)
    d = term.adding(d, times: factor)
    e = term.adding(e, times: factor)
    f = term.adding(f, times: factor)
  }

  @inline(__always)
  var sum: Vector { a + b + c + d + e + f }
}
