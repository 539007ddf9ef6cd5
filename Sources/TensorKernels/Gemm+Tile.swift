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
/// The sums begin at C where `continues`, else at the bias of their column or zero.
@inline(__always)
func multiplyTile(
  _ rows: Int, _ columns: Int, depth: Int, _ a: UnsafePointer<Float>, aStride: Int, _ b: UnsafePointer<Float>,
  bStride: Int, ahead: Int, into c: UnsafeMutablePointer<Float>, cStride: Int, continues: Bool,
  bias: UnsafePointer<Float>?
) {
  #if AVX512
    if columns == Tile.columns {
      return multiply(TwoVectors.self, rows, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
    }
  #endif
  multiply(OneVector.self, rows, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
}

/// The columns of a tile: one row of B, or the sums of one row of C.
private protocol Row {
  init(_ p: UnsafePointer<Float>)
  init()
  func store(_ p: UnsafeMutablePointer<Float>)
  /// self += a * b, fused
  mutating func addProduct(_ a: Float, _ b: Self)
}

private struct OneVector: Row {
  var sums: Vector

  @inline(__always) init() { sums = .zero }
  @inline(__always) init(_ p: UnsafePointer<Float>) { sums = read(p) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) { write(sums, to: p) }
  @inline(__always) mutating func addProduct(_ a: Float, _ b: OneVector) {
    sums = sums.adding(Vector(repeating: a), times: b.sums)
  }
}

private struct TwoVectors: Row {
  var left: Vector
  var right: Vector

  @inline(__always) init() { (left, right) = (.zero, .zero) }
  @inline(__always) init(_ p: UnsafePointer<Float>) { (left, right) = (read(p), read(p + Vector.scalarCount)) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) {
    write(left, to: p)
    write(right, to: p + Vector.scalarCount)
  }
  @inline(__always) mutating func addProduct(_ a: Float, _ b: TwoVectors) {
    let a = Vector(repeating: a)
    left = left.adding(a, times: b.left)
    right = right.adding(a, times: b.right)
  }
}

/// The sums of some rows of C, one above the other.
private protocol Rows {
  associatedtype Columns: Row
  static var count: Int { get }
  init(_ c: UnsafePointer<Float>, _ stride: Int)
  init(repeating row: Columns)
  func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int)
  /// Adds the products of `count` values of A, one a row, with a row of B.
  mutating func addProducts(_ a: UnsafePointer<Float>, _ b: Columns)
}

private struct Single<Columns: Row>: Rows {
  var row: Columns

  @inline(__always) static var count: Int { 1 }
  @inline(__always) init(_ c: UnsafePointer<Float>, _ stride: Int) { row = Columns(c) }
  @inline(__always) init(repeating row: Columns) { self.row = row }
  @inline(__always) func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int) { row.store(c) }
  @inline(__always) mutating func addProducts(_ a: UnsafePointer<Float>, _ b: Columns) { row.addProduct(a[0], b) }
}

private struct Stack<Upper: Rows, Lower: Rows>: Rows where Upper.Columns == Lower.Columns {
  typealias Columns = Upper.Columns
  var upper: Upper
  var lower: Lower

  @inline(__always) static var count: Int { Upper.count + Lower.count }
  @inline(__always) init(_ c: UnsafePointer<Float>, _ stride: Int) {
    upper = Upper(c, stride)
    lower = Lower(c + Upper.count * stride, stride)
  }
  @inline(__always) init(repeating row: Columns) {
    upper = Upper(repeating: row)
    lower = Lower(repeating: row)
  }
  @inline(__always) func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int) {
    upper.store(c, stride)
    lower.store(c + Upper.count * stride, stride)
  }
  @inline(__always) mutating func addProducts(_ a: UnsafePointer<Float>, _ b: Columns) {
    upper.addProducts(a, b)
    lower.addProducts(a + Upper.count, b)
  }
}

private typealias Rows2<R: Row> = Stack<Single<R>, Single<R>>
private typealias Rows3<R: Row> = Stack<Rows2<R>, Single<R>>
private typealias Rows4<R: Row> = Stack<Rows2<R>, Rows2<R>>
private typealias Rows5<R: Row> = Stack<Rows4<R>, Single<R>>
private typealias Rows6<R: Row> = Stack<Rows4<R>, Rows2<R>>
private typealias Rows8<R: Row> = Stack<Rows4<R>, Rows4<R>>

/// Chooses the tile of as many rows.
@inline(__always)
private func multiply<R: Row>(
  _: R.Type, _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>,
  _ bStride: Int,
  _ ahead: Int, _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ continues: Bool, _ bias: UnsafePointer<Float>?
) {
  switch rows {
  case 1: run(Single<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
  case 2: run(Rows2<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
  case 3: run(Rows3<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
  case 4: run(Rows4<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
  case 5: run(Rows5<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
  #if AVX512
    case 7: run(Stack<Rows4<R>, Rows3<R>>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
    case 8: run(Rows8<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
    case 9: run(Stack<Rows8<R>, Single<R>>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
    case 10: run(Stack<Rows8<R>, Rows2<R>>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
    case 11: run(Stack<Rows8<R>, Rows3<R>>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
    case 12: run(Stack<Rows8<R>, Rows4<R>>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
    case 13: run(Stack<Rows8<R>, Rows5<R>>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
    case 14: run(Stack<Rows8<R>, Rows6<R>>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
  #endif
  default: run(Rows6<R>.self, depth, a, aStride, b, bStride, ahead, c, cStride, continues, bias)
  }
}

@inline(never)
private func run<Sums: Rows>(
  _: Sums.Type, _ depth: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
  _ ahead: Int, _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ continues: Bool, _ bias: UnsafePointer<Float>?
) {
  var sums: Sums
  if continues {
    sums = Sums(c, cStride)
  } else {
    sums = Sums(repeating: bias.map { Sums.Columns($0) } ?? Sums.Columns())
  }
  var (a, b) = (a, b)
  if ahead > 0 {
    for _ in 0..<depth {
      prefetch(b + ahead)
      prefetch(b + ahead + Vector.scalarCount)
      sums.addProducts(a, Sums.Columns(b))
      a += aStride
      b += bStride
    }
  } else {
    for _ in 0..<depth {
      sums.addProducts(a, Sums.Columns(b))
      a += aStride
      b += bStride
    }
  }
  sums.store(c, cStride)
}
