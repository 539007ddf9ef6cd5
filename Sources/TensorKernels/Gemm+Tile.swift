/// The part of C whose sums are in registers at once.
///
/// AVX-512 has 32 registers of one vector: 14 rows of two vectors leave four for B and A. AVX2 has 16 of half a vector: 6
/// rows of one vector leave four. Two multiply-adds a cycle with a latency of four need at least eight sums under way.
enum Tile {
  #if AVX512
    static let rows = 14
    static let columns = 2 * Vector.scalarCount
  #else
    static let rows = 6
    static let columns = Vector.scalarCount
  #endif
}

/// C = start + A B for a tile of `rows` by `columns` (16 or `Tile.columns`).
///
/// `a` has `rows` values side by side for each k, `aStride` floats from one k to the next. A row of `b` is whole
/// vectors, `bStride` floats from one k to the next; the one `ahead` floats further on is asked for, if that is not 0.
/// The sums begin at C where `continues`, else at the bias of their column or zero. C is added at the end where `addsSum`.
@inline(__always)
func multiplyTile(
  _ rows: Int, _ columns: Int, depth: Int, _ a: UnsafePointer<Float>, aStride: Int, _ b: UnsafePointer<Float>,
  bStride: Int, ahead: Int, into c: UnsafeMutablePointer<Float>, cStride: Int, continues: Bool, addsSum: Bool,
  bias: UnsafePointer<Float>?
) {
  #if AVX512
    if columns == Tile.columns {
      return multiply(TwoVectors.self, rows, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
    }
  #endif
  multiply(OneVector.self, rows, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
}

/// Chooses the tile of as many rows.
@inline(__always)
private func multiply<R: TileColumns>(
  _: R.Type, _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>,
  _ bStride: Int,
  _ ahead: Int, _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ continues: Bool, _ addsSum: Bool,
  _ bias: UnsafePointer<Float>?
) {
  switch rows {
  case 1: run(OneRow<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
  case 2: run(Rows2<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
  case 3: run(Rows3<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
  case 4: run(Rows4<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
  case 5: run(Rows5<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
  #if AVX512
    case 7: run(Rows7<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
    case 8: run(Rows8<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
    case 9: run(Rows9<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
    case 10: run(Rows10<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
    case 11: run(Rows11<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
    case 12: run(Rows12<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
    case 13: run(Rows13<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
    case 14: run(Rows14<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
  #endif
  default: run(Rows6<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, addsSum, bias)
  }
}

@inline(never)
private func run<Sums: TileRows>(
  _: Sums.Type, _ depth: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
  _ ahead: Int, _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ continues: Bool, _ addsSum: Bool,
  _ bias: UnsafePointer<Float>?
) {
  var sums: Sums
  if continues {
    sums = Sums(c, cStride)
  } else {
    sums = Sums(repeating: bias.map { Sums.Columns($0) } ?? Sums.Columns())
  }
  // Nothing else asks for C until the chain is done.
  if addsSum { Sums.prefetchRows(c, cStride) }
  var (a, b) = (a, b)
  if ahead > 0 {
    for _ in 0..<depth {
      prefetch(b + ahead)
      prefetch(b + ahead + Vector.scalarCount)
      sums.addProducts(a, 1, Sums.Columns(b))
      a += aStride
      b += bStride
    }
  } else {
    for _ in 0..<depth {
      sums.addProducts(a, 1, Sums.Columns(b))
      a += aStride
      b += bStride
    }
  }
  if addsSum { sums.add(c, cStride) }
  sums.store(c, cStride)
}
