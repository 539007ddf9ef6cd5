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
    let panels = (count + rows - 1) / rows
    var row = 0
    for panel in 0..<panels {
      let height = (count - row + panels - panel - 1) / (panels - panel)
      body(row, height)
      row += height
    }
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
      case 8...: if rows == 1 { run(Single<Eight>.self, path, a, b, start, c, stride, accumulates) }
      case 4...: fewRows(Four.self, rows, path, a, b, start, c, stride, accumulates)
      case 2...: manyRows(Two.self, rows, path, a, b, start, c, stride, accumulates)
      default: manyRows(One.self, rows, path, a, b, start, c, stride, accumulates)
      }
      vector += most >= 8 ? 8 : most >= 4 ? 4 : most >= 2 ? 2 : 1
    #else
      switch most {
      case 4...: if rows == 1 { run(Single<Four>.self, path, a, b, start, c, stride, accumulates) }
      case 2...: fewRows(Two.self, rows, path, a, b, start, c, stride, accumulates)
      default: manyRows(One.self, rows, path, a, b, start, c, stride, accumulates)
      }
      vector += most >= 4 ? 4 : most >= 2 ? 2 : 1
    #endif
  }
}

@inline(__always)
private func fewRows<C: Columns>(
  _: C.Type, _ rows: Int, _ path: SumPath, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  _ start: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ stride: Int, _ accumulates: Bool
) {
  switch rows {
  case 1: run(Single<C>.self, path, a, b, start, c, stride, accumulates)
  case 2: run(Rows2<C>.self, path, a, b, start, c, stride, accumulates)
  default: run(Rows3<C>.self, path, a, b, start, c, stride, accumulates)
  }
}

@inline(__always)
private func manyRows<C: Columns>(
  _: C.Type, _ rows: Int, _ path: SumPath, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  _ start: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ stride: Int, _ accumulates: Bool
) {
  switch rows {
  case 4: run(Rows4<C>.self, path, a, b, start, c, stride, accumulates)
  case 5: run(Rows5<C>.self, path, a, b, start, c, stride, accumulates)
  case 6: run(Rows6<C>.self, path, a, b, start, c, stride, accumulates)
  #if AVX512
    case 7: run(Stack<Rows4<C>, Rows3<C>>.self, path, a, b, start, c, stride, accumulates)
    case 8: run(Rows8<C>.self, path, a, b, start, c, stride, accumulates)
    case 9: run(Stack<Rows8<C>, Single<C>>.self, path, a, b, start, c, stride, accumulates)
    case 10: run(Stack<Rows8<C>, Rows2<C>>.self, path, a, b, start, c, stride, accumulates)
    case 11: run(Stack<Rows8<C>, Rows3<C>>.self, path, a, b, start, c, stride, accumulates)
    case 12: run(Stack<Rows8<C>, Rows4<C>>.self, path, a, b, start, c, stride, accumulates)
    case 13: run(Stack<Rows8<C>, Rows5<C>>.self, path, a, b, start, c, stride, accumulates)
    case 14: run(Stack<Rows8<C>, Rows6<C>>.self, path, a, b, start, c, stride, accumulates)
  #endif
  default: fewRows(C.self, rows, path, a, b, start, c, stride, accumulates)
  }
}

@inline(never)
private func run<Sums: Rows>(
  _: Sums.Type, _ path: SumPath, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ start: UnsafePointer<Float>,
  _ c: UnsafeMutablePointer<Float>, _ stride: Int, _ accumulates: Bool
) {
  var sums = Sums(repeating: start)
  var (a, b) = (a, b)
  for _ in 0..<path.units {
    for tap in 0..<path.taps {
      sums.addProducts(a, Sums.Vectors(b + path.displacements[tap]))
      a += Sums.count
    }
    b += path.stride
  }
  if accumulates { sums.add(c, stride) }
  sums.store(c, stride)
}

/// Vectors side by side: of one row of the source, or the sums of one row of the tile.
private protocol Columns {
  static var vectors: Int { get }
  init(_ p: UnsafePointer<Float>)
  init(repeating value: Float)
  func store(_ p: UnsafeMutablePointer<Float>)
  mutating func add(_ other: Self)
  /// self += a * b, fused
  mutating func addProduct(_ a: Float, _ b: Self)
}

private struct One: Columns {
  var sums: Vector

  @inline(__always) static var vectors: Int { 1 }
  @inline(__always) init(_ p: UnsafePointer<Float>) { sums = read(p) }
  @inline(__always) init(repeating value: Float) { sums = Vector(repeating: value) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) { write(sums, to: p) }
  @inline(__always) mutating func add(_ other: One) { sums += other.sums }
  @inline(__always) mutating func addProduct(_ a: Float, _ b: One) {
    sums = sums.adding(Vector(repeating: a), times: b.sums)
  }
}

private struct Pair<Half: Columns>: Columns {
  var left: Half
  var right: Half

  @inline(__always) static var vectors: Int { 2 * Half.vectors }
  @inline(__always) static var middle: Int { Half.vectors * Vector.scalarCount }
  @inline(__always) init(_ p: UnsafePointer<Float>) { (left, right) = (Half(p), Half(p + Self.middle)) }
  @inline(__always) init(repeating value: Float) { (left, right) = (Half(repeating: value), Half(repeating: value)) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) {
    left.store(p)
    right.store(p + Self.middle)
  }
  @inline(__always) mutating func add(_ other: Self) {
    left.add(other.left)
    right.add(other.right)
  }
  @inline(__always) mutating func addProduct(_ a: Float, _ b: Self) {
    left.addProduct(a, b.left)
    right.addProduct(a, b.right)
  }
}

private typealias Two = Pair<One>
private typealias Four = Pair<Two>
private typealias Eight = Pair<Four>

/// The sums of some rows, one above the other.
private protocol Rows {
  associatedtype Vectors: Columns
  static var count: Int { get }
  /// Row r begins at start[r].
  init(repeating start: UnsafePointer<Float>)
  func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int)
  mutating func add(_ c: UnsafePointer<Float>, _ stride: Int)
  /// Adds the products of `count` values, one a row, with the vectors.
  mutating func addProducts(_ a: UnsafePointer<Float>, _ b: Vectors)
}

private struct Single<Vectors: Columns>: Rows {
  var row: Vectors

  @inline(__always) static var count: Int { 1 }
  @inline(__always) init(repeating start: UnsafePointer<Float>) { row = Vectors(repeating: start[0]) }
  @inline(__always) func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int) { row.store(c) }
  @inline(__always) mutating func add(_ c: UnsafePointer<Float>, _ stride: Int) { row.add(Vectors(c)) }
  @inline(__always) mutating func addProducts(_ a: UnsafePointer<Float>, _ b: Vectors) { row.addProduct(a[0], b) }
}

private struct Stack<Upper: Rows, Lower: Rows>: Rows where Upper.Vectors == Lower.Vectors {
  typealias Vectors = Upper.Vectors
  var upper: Upper
  var lower: Lower

  @inline(__always) static var count: Int { Upper.count + Lower.count }
  @inline(__always) init(repeating start: UnsafePointer<Float>) {
    (upper, lower) = (Upper(repeating: start), Lower(repeating: start + Upper.count))
  }
  @inline(__always) func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int) {
    upper.store(c, stride)
    lower.store(c + Upper.count * stride, stride)
  }
  @inline(__always) mutating func add(_ c: UnsafePointer<Float>, _ stride: Int) {
    upper.add(c, stride)
    lower.add(c + Upper.count * stride, stride)
  }
  @inline(__always) mutating func addProducts(_ a: UnsafePointer<Float>, _ b: Vectors) {
    upper.addProducts(a, b)
    lower.addProducts(a + Upper.count, b)
  }
}

private typealias Rows2<C: Columns> = Stack<Single<C>, Single<C>>
private typealias Rows3<C: Columns> = Stack<Rows2<C>, Single<C>>
private typealias Rows4<C: Columns> = Stack<Rows2<C>, Rows2<C>>
private typealias Rows5<C: Columns> = Stack<Rows4<C>, Single<C>>
private typealias Rows6<C: Columns> = Stack<Rows4<C>, Rows2<C>>
private typealias Rows8<C: Columns> = Stack<Rows4<C>, Rows4<C>>
