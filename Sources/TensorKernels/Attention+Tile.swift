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

/// The columns of a tile: one row of B, or the sums of one row of C.
private protocol Columns {
  init()
  init(_ p: UnsafePointer<Float>)
  func store(_ p: UnsafeMutablePointer<Float>)
  func scaled(by factors: Self) -> Self
  /// self += a * b, fused
  mutating func addProduct(_ a: Float, _ b: Self)
}

private struct OneVector: Columns {
  var sums: Vector

  @inline(__always) init() { sums = .zero }
  @inline(__always) init(_ p: UnsafePointer<Float>) { sums = read(p) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) { write(sums, to: p) }
  @inline(__always) func scaled(by factors: OneVector) -> OneVector {
    var product = self
    product.sums *= factors.sums
    return product
  }
  @inline(__always) mutating func addProduct(_ a: Float, _ b: OneVector) {
    sums = sums.adding(Vector(repeating: a), times: b.sums)
  }
}

private struct TwoVectors: Columns {
  var left: Vector
  var right: Vector

  @inline(__always) init() { (left, right) = (.zero, .zero) }
  @inline(__always) init(_ p: UnsafePointer<Float>) { (left, right) = (read(p), read(p + Vector.scalarCount)) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) {
    write(left, to: p)
    write(right, to: p + Vector.scalarCount)
  }
  @inline(__always) func scaled(by factors: TwoVectors) -> TwoVectors {
    var product = self
    product.left *= factors.left
    product.right *= factors.right
    return product
  }
  @inline(__always) mutating func addProduct(_ a: Float, _ b: TwoVectors) {
    let a = Vector(repeating: a)
    left = left.adding(a, times: b.left)
    right = right.adding(a, times: b.right)
  }
}

/// The sums of some rows of C, one above the other.
private protocol Rows {
  associatedtype Width: Columns
  static var count: Int { get }
  init()
  init(_ c: UnsafePointer<Float>, _ stride: Int)
  func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int)
  func scaled(by factors: Width) -> Self
  /// Adds the products of one value of A for each row, `stride` floats apart, with a row of B.
  mutating func addProducts(_ a: UnsafePointer<Float>, _ stride: Int, _ b: Width)
}

private struct Single<Width: Columns>: Rows {
  var row: Width

  @inline(__always) static var count: Int { 1 }
  @inline(__always) init() { row = Width() }
  @inline(__always) init(_ c: UnsafePointer<Float>, _ stride: Int) { row = Width(c) }
  @inline(__always) func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int) { row.store(c) }
  @inline(__always) func scaled(by factors: Width) -> Single {
    var product = self
    product.row = row.scaled(by: factors)
    return product
  }
  @inline(__always) mutating func addProducts(_ a: UnsafePointer<Float>, _ stride: Int, _ b: Width) {
    row.addProduct(a[0], b)
  }
}

private struct Stack<Upper: Rows, Lower: Rows>: Rows where Upper.Width == Lower.Width {
  typealias Width = Upper.Width
  var upper: Upper
  var lower: Lower

  @inline(__always) static var count: Int { Upper.count + Lower.count }
  @inline(__always) init() { (upper, lower) = (Upper(), Lower()) }
  @inline(__always) init(_ c: UnsafePointer<Float>, _ stride: Int) {
    upper = Upper(c, stride)
    lower = Lower(c + Upper.count &* stride, stride)
  }
  @inline(__always) func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int) {
    upper.store(c, stride)
    lower.store(c + Upper.count &* stride, stride)
  }
  @inline(__always) func scaled(by factors: Width) -> Stack {
    var product = self
    product.upper = upper.scaled(by: factors)
    product.lower = lower.scaled(by: factors)
    return product
  }
  @inline(__always) mutating func addProducts(_ a: UnsafePointer<Float>, _ stride: Int, _ b: Width) {
    upper.addProducts(a, stride, b)
    lower.addProducts(a + Upper.count &* stride, stride, b)
  }
}

private typealias Rows2<C: Columns> = Stack<Single<C>, Single<C>>
private typealias Rows4<C: Columns> = Stack<Rows2<C>, Rows2<C>>
private typealias Rows6<C: Columns> = Stack<Rows4<C>, Rows2<C>>
private typealias Rows8<C: Columns> = Stack<Rows4<C>, Rows4<C>>

/// One tile's width of C: tiles of the most rows as long as they fit, then of four, two and one.
@inline(never)
private func addPanel<C: Columns, Most: Rows>(
  _: C.Type, _: Most.Type, _ rows: Int, _ steps: Int, _ a: Scalars, _ b: VectorRows, _ c: VectorRows,
  _ start: ProductStart
) where Most.Width == C {
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
  if row < rows { addTile(Single<C>.self, row, steps, a, b, c, start) }
}

@inline(__always)
private func addTile<Sums: Rows>(
  _: Sums.Type, _ row: Int, _ steps: Int, _ a: Scalars, _ b: VectorRows, _ c: VectorRows, _ start: ProductStart
) {
  let target = c.start + row &* c.stride
  var sums: Sums
  switch start {
  case .zero: sums = Sums()
  case .old: sums = Sums(target, c.stride)
  case .oldTimes(let factors): sums = Sums(target, c.stride).scaled(by: Sums.Width(factors))
  }
  var scalars = a.start + row &* a.row
  var vectors = UnsafePointer(b.start)
  for _ in 0..<steps {
    sums.addProducts(scalars, a.row, Sums.Width(vectors))
    scalars += a.step
    vectors += b.stride
  }
  sums.store(target, c.stride)
}
