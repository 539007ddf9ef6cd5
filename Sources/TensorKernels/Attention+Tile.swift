// All five products of attention have one form: C = start + A B, where rows of B and C are whole vectors that lie side by
// side in scratch memory and single values of A are read where they are, by two strides. So one register tile serves all:
//
//     S^T  = K Q^T        A: K, a row a key, a step an element        lanes: queries
//     O^T += V^T P^T      A: V, a row an element, a step a key        lanes: queries
//     dV  += P^T dO       A: P^T, a row a key, a step a query         lanes: elements
//
// and dP^T = V dO^T, dK += dS^T Q, dQ^T += K^T dS^T likewise. With queries as lanes, the maximum and the sum over keys
// need no operation across lanes, and neither K nor V is ever turned.

/// Single values: value s of row r lies at `start[r * row + s * step]`.
typealias Scalars = (start: UnsafePointer<Float>, row: Int, step: Int)

/// Rows of vectors, `stride` floats apart.
typealias VectorRows = (start: UnsafeMutablePointer<Float>, stride: Int)

/// What a product adds to: nothing, what C holds, or what C holds times one factor a lane.
enum ProductStart {
  case zero
  case old
  case oldTimes(UnsafePointer<Float>)
}

/// C[r, :] = start + sum over s of A[r, s] B[s, :]: chains of fused multiply-adds over s ascending.
///
/// - Parameter columns: of B and C; a multiple of 16.
func addProducts(
  rows: Int, columns: Int, steps: Int, _ a: Scalars, _ b: VectorRows, to c: VectorRows, from start: ProductStart
) {
  var column = 0
  while column < columns {
    let (b, c) = ((b.start + column, b.stride), (c.start + column, c.stride))
    let start: ProductStart =
      switch start {
      case .oldTimes(let factors): .oldTimes(factors + column)
      default: start
      }
    #if AVX512
      if columns - column >= 2 * Vector.scalarCount {
        addPanel(TwoVectors.self, Rows8<TwoVectors>.self, rows, steps, a, b, c, start)
        column += 2 * Vector.scalarCount
        continue
      }
      addPanel(OneVector.self, Rows8<OneVector>.self, rows, steps, a, b, c, start)
    #else
      addPanel(OneVector.self, Rows6<OneVector>.self, rows, steps, a, b, c, start)
    #endif
    column += Vector.scalarCount
  }
}

/// One tile's width of C: tiles of the most rows as long as they fit, then of four, two and one.
@inline(never)
private func addPanel<C: TileColumns, Most: TileRows>(
  _: C.Type, _: Most.Type, _ rows: Int, _ steps: Int, _ a: Scalars, _ b: VectorRows, _ c: VectorRows,
  _ start: ProductStart
) where Most.Columns == C {
  var row = 0
  while rows - row >= Most.count {
    addTile(Most.self, row, steps, a, b, c, start)
    row += Most.count
  }
  while rows - row >= 4 {
    addTile(Rows4<C>.self, row, steps, a, b, c, start)
    row += 4
  }
  if rows - row >= 2 {
    addTile(Rows2<C>.self, row, steps, a, b, c, start)
    row += 2
  }
  if row < rows { addTile(OneRow<C>.self, row, steps, a, b, c, start) }
}

@inline(__always)
private func addTile<Sums: TileRows>(
  _: Sums.Type, _ row: Int, _ steps: Int, _ a: Scalars, _ b: VectorRows, _ c: VectorRows, _ start: ProductStart
) {
  let target = c.start + row &* c.stride
  var sums: Sums
  switch start {
  case .zero: sums = Sums(repeating: Sums.Columns())
  case .old: sums = Sums(target, c.stride)
  case .oldTimes(let factors):
    sums = Sums(target, c.stride)
    sums.scale(by: Sums.Columns(factors))
  }
  var scalars = a.start + row &* a.row
  var vectors = UnsafePointer(b.start)
  for _ in 0..<steps {
    sums.addProducts(scalars, a.row, Sums.Columns(vectors))
    scalars += a.step
    vectors += b.stride
  }
  sums.store(target, c.stride)
}
