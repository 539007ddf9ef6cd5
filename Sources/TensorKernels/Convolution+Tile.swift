/// The sums in registers at once: `rows` channels by some vectors of pixels. As for the matrix product, 14 rows of two
/// vectors fill the registers of AVX-512, 6 rows of one those of AVX2; fewer rows get more vectors.
enum ConvolutionTile {
  #if AVX512
    static let rows = 14
  #else
    static let rows = 6
  #endif

  /// Vectors that a tile of `rows` takes at most.
  @inline(__always)
  static func vectors(_ rows: Int) -> Int {
    #if AVX512
      rows == 1 ? 8 : rows <= 3 ? 4 : 2
    #else
      rows == 1 ? 4 : rows == 2 ? 2 : 1
    #endif
  }

  /// Cuts `count` rows into as few panels as tiles allow, of as equal heights as possible.
  @inline(__always)
  static func forEachPanel(_ count: Int, _ body: (_ row: Int, _ height: Int) -> Void) {
    forEachTile(count, atMost: rows) { _, row, height in body(row, height) }
  }
}

/// What the sums of a tile run over: `units` times the same `taps` values of the source, `displacements` from where the
/// unit begins, units `stride` floats apart.
typealias SumPath = (units: Int, stride: Int, taps: Int, displacements: UnsafePointer<Int>)

/// c[r, v] = start[r] + sum along `path` of a[., r] b[. + v], or c += ..., for `rows` rows and `vectors` vectors.
///
/// `a` is packed: `rows` values for each value of the path. Rows of c are `stride` floats apart.
func sumProducts(
  _ rows: Int, _ vectors: Int, _ path: SumPath, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  start: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>, stride: Int, accumulates: Bool
) {
  var vector = 0
  while vector < vectors {
    let most = min(ConvolutionTile.vectors(rows), vectors - vector)
    let (b, c) = (b + vector * Vector.scalarCount, c + vector * Vector.scalarCount)
    #if AVX512
      switch most {
      case 8...: if rows == 1 { run(OneRow<EightVectors>.self, path, a, b, start, c, stride, accumulates) }
      case 4...: fewRows(FourVectors.self, rows, path, a, b, start, c, stride, accumulates)
      case 2...: manyRows(TwoVectors.self, rows, path, a, b, start, c, stride, accumulates)
      default: manyRows(OneVector.self, rows, path, a, b, start, c, stride, accumulates)
      }
      vector += most >= 8 ? 8 : most >= 4 ? 4 : most >= 2 ? 2 : 1
    #else
      switch most {
      case 4...: if rows == 1 { run(OneRow<FourVectors>.self, path, a, b, start, c, stride, accumulates) }
      case 2...: fewRows(TwoVectors.self, rows, path, a, b, start, c, stride, accumulates)
      default: manyRows(OneVector.self, rows, path, a, b, start, c, stride, accumulates)
      }
      vector += most >= 4 ? 4 : most >= 2 ? 2 : 1
    #endif
  }
}

@inline(__always)
private func fewRows<C: TileColumns>(
  _: C.Type, _ rows: Int, _ path: SumPath, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  _ start: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ stride: Int, _ accumulates: Bool
) {
  switch rows {
  case 1: run(OneRow<C>.self, path, a, b, start, c, stride, accumulates)
  case 2: run(Rows2<C>.self, path, a, b, start, c, stride, accumulates)
  default: run(Rows3<C>.self, path, a, b, start, c, stride, accumulates)
  }
}

@inline(__always)
private func manyRows<C: TileColumns>(
  _: C.Type, _ rows: Int, _ path: SumPath, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  _ start: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ stride: Int, _ accumulates: Bool
) {
  switch rows {
  case 4: run(Rows4<C>.self, path, a, b, start, c, stride, accumulates)
  case 5: run(Rows5<C>.self, path, a, b, start, c, stride, accumulates)
  case 6: run(Rows6<C>.self, path, a, b, start, c, stride, accumulates)
  #if AVX512
    case 7: run(Rows7<C>.self, path, a, b, start, c, stride, accumulates)
    case 8: run(Rows8<C>.self, path, a, b, start, c, stride, accumulates)
    case 9: run(Rows9<C>.self, path, a, b, start, c, stride, accumulates)
    case 10: run(Rows10<C>.self, path, a, b, start, c, stride, accumulates)
    case 11: run(Rows11<C>.self, path, a, b, start, c, stride, accumulates)
    case 12: run(Rows12<C>.self, path, a, b, start, c, stride, accumulates)
    case 13: run(Rows13<C>.self, path, a, b, start, c, stride, accumulates)
    case 14: run(Rows14<C>.self, path, a, b, start, c, stride, accumulates)
  #endif
  default: fewRows(C.self, rows, path, a, b, start, c, stride, accumulates)
  }
}

@inline(never)
private func run<Sums: TileRows>(
  _: Sums.Type, _ path: SumPath, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ start: UnsafePointer<Float>,
  _ c: UnsafeMutablePointer<Float>, _ stride: Int, _ accumulates: Bool
) {
  var sums = Sums(rowsOf: start)
  var (a, b) = (a, b)
  for _ in 0..<path.units {
    for tap in 0..<path.taps {
      sums.addProducts(a, 1, Sums.Columns(b + path.displacements[tap]))
      a += Sums.count
    }
    b += path.stride
  }
  if accumulates { sums.add(c, stride) }
  sums.store(c, stride)
}
