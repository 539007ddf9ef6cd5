// The recurrent product is small and comes back at every step, so it is not worth cutting or packing anew: the weight
// is packed once for all steps, the state is read where it lies, a value at a time for a whole row of the tile.

/// The rows of a tile: six rows of four vectors leave AVX-512 eight registers for the weight and the state.
private let tileRows = 6

/// Calls `body` for tiles that cover `rows`, as few as possible, of as equal heights as possible.
@inline(__always)
func forEachRecurrentTile(_ rows: Int, _ body: (_ row: Int, _ height: Int) -> Void) {
  let tiles = (rows &+ tileRows &- 1) / tileRows
  var row = 0
  for tile in 0..<tiles {
    let height = (rows &- row &+ tiles &- tile &- 1) / (tiles &- tile)
    body(row, height)
    row &+= height
  }
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
    case 4: multiply(Pair<TwoColumns, TwoColumns>.self, rows, depth, a, aStride, panel, stride, c, cStride, continues)
    case 3: multiply(Pair<TwoColumns, OneColumn>.self, rows, depth, a, aStride, panel, stride, c, cStride, continues)
    case 2: multiply(TwoColumns.self, rows, depth, a, aStride, panel, stride, c, cStride, continues)
    default: multiply(OneColumn.self, rows, depth, a, aStride, panel, stride, c, cStride, continues)
    }
  #else
    for vector in 0..<vectors {
      let at = vector &* Vector.scalarCount
      multiply(OneColumn.self, rows, depth, a, aStride, panel + at, stride, c + at, cStride, continues)
    }
  #endif
}

/// The vectors of one row of a tile: of B, or of the sums of C.
private protocol Columns {
  static var count: Int { get }
  init()
  init(_ p: UnsafePointer<Float>)
  func store(_ p: UnsafeMutablePointer<Float>)
  /// self += a * b, fused
  mutating func addProduct(_ a: Vector, _ b: Self)
}

private struct OneColumn: Columns {
  var sums: Vector

  @inline(__always) static var count: Int { 1 }
  @inline(__always) init() { sums = .zero }
  @inline(__always) init(_ p: UnsafePointer<Float>) { sums = read(p) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) { write(sums, to: p) }
  @inline(__always) mutating func addProduct(_ a: Vector, _ b: OneColumn) { sums = sums.adding(a, times: b.sums) }
}

private struct Pair<Left: Columns, Right: Columns>: Columns {
  var left: Left
  var right: Right

  @inline(__always) static var count: Int { Left.count + Right.count }
  @inline(__always) init() { (left, right) = (Left(), Right()) }
  @inline(__always) init(_ p: UnsafePointer<Float>) {
    (left, right) = (Left(p), Right(p + Left.count * Vector.scalarCount))
  }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) {
    left.store(p)
    right.store(p + Left.count * Vector.scalarCount)
  }
  @inline(__always) mutating func addProduct(_ a: Vector, _ b: Pair) {
    left.addProduct(a, b.left)
    right.addProduct(a, b.right)
  }
}

private typealias TwoColumns = Pair<OneColumn, OneColumn>

/// The sums of some rows of C, one above the other.
private protocol Sums {
  associatedtype Row: Columns
  static var count: Int { get }
  init()
  init(_ c: UnsafePointer<Float>, _ stride: Int)
  func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int)
  /// Adds the products of one value of each row of A with a row of B.
  mutating func addProducts(_ a: UnsafePointer<Float>, _ stride: Int, _ b: Row)
}

private struct Single<Row: Columns>: Sums {
  var row: Row

  @inline(__always) static var count: Int { 1 }
  @inline(__always) init() { row = Row() }
  @inline(__always) init(_ c: UnsafePointer<Float>, _ stride: Int) { row = Row(c) }
  @inline(__always) func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int) { row.store(c) }
  @inline(__always) mutating func addProducts(_ a: UnsafePointer<Float>, _ stride: Int, _ b: Row) {
    row.addProduct(Vector(repeating: a[0]), b)
  }
}

private struct Stack<Upper: Sums, Lower: Sums>: Sums where Upper.Row == Lower.Row {
  typealias Row = Upper.Row
  var upper: Upper
  var lower: Lower

  @inline(__always) static var count: Int { Upper.count + Lower.count }
  @inline(__always) init() { (upper, lower) = (Upper(), Lower()) }
  @inline(__always) init(_ c: UnsafePointer<Float>, _ stride: Int) {
    (upper, lower) = (Upper(c, stride), Lower(c + Upper.count * stride, stride))
  }
  @inline(__always) func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int) {
    upper.store(c, stride)
    lower.store(c + Upper.count * stride, stride)
  }
  @inline(__always) mutating func addProducts(_ a: UnsafePointer<Float>, _ stride: Int, _ b: Row) {
    upper.addProducts(a, stride, b)
    lower.addProducts(a + Upper.count * stride, stride, b)
  }
}

private typealias Two<C: Columns> = Stack<Single<C>, Single<C>>
private typealias Three<C: Columns> = Stack<Two<C>, Single<C>>

/// Chooses the tile of as many rows.
@inline(__always)
private func multiply<C: Columns>(
  _: C.Type, _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>,
  _ bStride: Int, _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ continues: Bool
) {
  switch rows {
  case 1: run(Single<C>.self, depth, a, aStride, b, bStride, c, cStride, continues)
  case 2: run(Two<C>.self, depth, a, aStride, b, bStride, c, cStride, continues)
  case 3: run(Three<C>.self, depth, a, aStride, b, bStride, c, cStride, continues)
  case 4: run(Stack<Two<C>, Two<C>>.self, depth, a, aStride, b, bStride, c, cStride, continues)
  case 5: run(Stack<Three<C>, Two<C>>.self, depth, a, aStride, b, bStride, c, cStride, continues)
  default: run(Stack<Three<C>, Three<C>>.self, depth, a, aStride, b, bStride, c, cStride, continues)
  }
}

@inline(never)
private func run<S: Sums>(
  _: S.Type, _ depth: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
  _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ continues: Bool
) {
  var sums = continues ? S(c, cStride) : S()
  var (a, b) = (a, b)
  for _ in 0..<depth {
    sums.addProducts(a, aStride, S.Row(b))
    a += 1
    b += bStride
  }
  sums.store(c, cStride)
}
