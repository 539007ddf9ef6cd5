// The recurrent product is small and comes back at every step, so it is not worth cutting or packing anew: the weight
// is packed once for all steps, the state is read where it lies, a value at a time for a whole row of the tile.

/// The rows of a tile: six rows of four vectors leave AVX-512 eight registers for the weight and the state.
private let tileRows = 6

/// Calls `body` for tiles that cover `rows`, as few as possible, of as equal heights as possible.
@inline(__always)
func forEachRecurrentTile(_ rows: Int, _ body: (_ row: Int, _ height: Int) -> Void) {
  forEachTile(rows, atMost: tileRows) { _, row, height in body(row, height) }
}

/// C = A B, or C += A B: `rows` (1 to 6) rows of A, `depth` values each, times a panel of B of `vectors` (1 to 4)
/// vectors.
///
/// The panel has `vectors` vectors for each k, one k behind the other. Rows of C are whole vectors.
@inline(__always)
func multiplyRecurrentTile(
  _ rows: Int, _ vectors: Int, depth: Int, _ a: UnsafePointer<Float>, aStride: Int, _ panel: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, cStride: Int, continues: Bool
) {
  let stride = vectors &* Vector.scalarCount
  #if AVX512
    switch vectors {
    case 4: multiply(FourVectors.self, rows, depth, a, aStride, panel, stride, c, cStride, continues)
    case 3:
      multiply(SideBySide<TwoVectors, OneVector>.self, rows, depth, a, aStride, panel, stride, c, cStride, continues)
    case 2: multiply(TwoVectors.self, rows, depth, a, aStride, panel, stride, c, cStride, continues)
    default: multiply(OneVector.self, rows, depth, a, aStride, panel, stride, c, cStride, continues)
    }
  #else
    for vector in 0..<vectors {
      let at = vector &* Vector.scalarCount
      multiply(OneVector.self, rows, depth, a, aStride, panel + at, stride, c + at, cStride, continues)
    }
  #endif
}

/// Chooses the tile of as many rows.
@inline(__always)
private func multiply<C: TileColumns>(
  _: C.Type, _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>,
  _ bStride: Int, _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ continues: Bool
) {
  switch rows {
  case 1: run(OneRow<C>.self, depth, a, aStride, b, bStride, c, cStride, continues)
  case 2: run(Rows2<C>.self, depth, a, aStride, b, bStride, c, cStride, continues)
  case 3: run(Rows3<C>.self, depth, a, aStride, b, bStride, c, cStride, continues)
  case 4: run(Rows4<C>.self, depth, a, aStride, b, bStride, c, cStride, continues)
  case 5: run(Rows5<C>.self, depth, a, aStride, b, bStride, c, cStride, continues)
  default: run(Rows6<C>.self, depth, a, aStride, b, bStride, c, cStride, continues)
  }
}

@inline(never)
private func run<Sums: TileRows>(
  _: Sums.Type, _ depth: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
  _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ continues: Bool
) {
  var sums = continues ? Sums(c, cStride) : Sums(repeating: Sums.Columns())
  var (a, b) = (a, b)
  for _ in 0..<depth {
    sums.addProducts(a, aStride, Sums.Columns(b))
    a += 1
    b += bStride
  }
  sums.store(c, cStride)
}
