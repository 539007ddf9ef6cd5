// A tile of a product whose sums stay in registers from the first step to the last. The compiler keeps a value in registers
// only if its type says how many there are, so a tile is a type: columns side by side, rows one above the other. All of it
// is inlined; what is left is a row of fused multiply-adds for each step.

/// Some vectors side by side: a row of the right operand, or the sums of one row of the tile.
protocol TileColumns {
  static var vectors: Int { get }
  /// Zeros.
  init()
  init(_ p: UnsafePointer<Float>)
  init(repeating value: Float)
  func store(_ p: UnsafeMutablePointer<Float>)
  /// Asks for the memory of a row.
  static func prefetchRow(_ p: UnsafePointer<Float>)
  mutating func scale(by factors: Self)
  mutating func add(_ other: Self)
  /// self += a * b, fused
  mutating func addProduct(_ a: Vector, _ b: Self)
}

struct OneVector: TileColumns {
  var sums: Vector

  @inline(__always) static var vectors: Int { 1 }
  @inline(__always) init() { sums = .zero }
  @inline(__always) init(_ p: UnsafePointer<Float>) { sums = read(p) }
  @inline(__always) init(repeating value: Float) { sums = Vector(repeating: value) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) { write(sums, to: p) }
  @inline(__always) static func prefetchRow(_ p: UnsafePointer<Float>) { prefetch(p) }
  @inline(__always) mutating func scale(by factors: OneVector) { sums *= factors.sums }
  @inline(__always) mutating func add(_ other: OneVector) { sums += other.sums }
  @inline(__always) mutating func addProduct(_ a: Vector, _ b: OneVector) { sums = sums.adding(a, times: b.sums) }
}

struct SideBySide<Left: TileColumns, Right: TileColumns>: TileColumns {
  var left: Left
  var right: Right

  @inline(__always) static var vectors: Int { Left.vectors + Right.vectors }
  @inline(__always) private static var middle: Int { Left.vectors * Vector.scalarCount }
  @inline(__always) init() { (left, right) = (Left(), Right()) }
  @inline(__always) init(_ p: UnsafePointer<Float>) { (left, right) = (Left(p), Right(p + Self.middle)) }
  @inline(__always) init(repeating value: Float) { (left, right) = (Left(repeating: value), Right(repeating: value)) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) {
    left.store(p)
    right.store(p + Self.middle)
  }
  @inline(__always) static func prefetchRow(_ p: UnsafePointer<Float>) {
    Left.prefetchRow(p)
    Right.prefetchRow(p + Self.middle)
  }
  @inline(__always) mutating func scale(by factors: Self) {
    left.scale(by: factors.left)
    right.scale(by: factors.right)
  }
  @inline(__always) mutating func add(_ other: Self) {
    left.add(other.left)
    right.add(other.right)
  }
  @inline(__always) mutating func addProduct(_ a: Vector, _ b: Self) {
    left.addProduct(a, b.left)
    right.addProduct(a, b.right)
  }
}

typealias TwoVectors = SideBySide<OneVector, OneVector>
typealias FourVectors = SideBySide<TwoVectors, TwoVectors>
typealias EightVectors = SideBySide<FourVectors, FourVectors>

/// The sums of some rows, one above the other.
protocol TileRows {
  associatedtype Columns: TileColumns
  static var count: Int { get }
  init(_ c: UnsafePointer<Float>, _ stride: Int)
  init(repeating row: Columns)
  /// Row r begins at start[r] everywhere.
  init(rowsOf start: UnsafePointer<Float>)
  func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int)
  mutating func scale(by factors: Columns)
  mutating func add(_ c: UnsafePointer<Float>, _ stride: Int)
  /// Asks for the memory of a tile.
  static func prefetchRows(_ c: UnsafePointer<Float>, _ stride: Int)
  /// Adds the products of one value of the left operand for each row, `stride` floats apart, with a row of the right one.
  mutating func addProducts(_ a: UnsafePointer<Float>, _ stride: Int, _ b: Columns)
}

struct OneRow<Columns: TileColumns>: TileRows {
  var row: Columns

  @inline(__always) static var count: Int { 1 }
  @inline(__always) init(_ c: UnsafePointer<Float>, _ stride: Int) { row = Columns(c) }
  @inline(__always) init(repeating row: Columns) { self.row = row }
  @inline(__always) init(rowsOf start: UnsafePointer<Float>) { row = Columns(repeating: start[0]) }
  @inline(__always) func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int) { row.store(c) }
  @inline(__always) mutating func scale(by factors: Columns) { row.scale(by: factors) }
  @inline(__always) mutating func add(_ c: UnsafePointer<Float>, _ stride: Int) { row.add(Columns(c)) }
  @inline(__always) static func prefetchRows(_ c: UnsafePointer<Float>, _ stride: Int) { Columns.prefetchRow(c) }
  @inline(__always) mutating func addProducts(_ a: UnsafePointer<Float>, _ stride: Int, _ b: Columns) {
    row.addProduct(Vector(repeating: a[0]), b)
  }
}

struct Stack<Upper: TileRows, Lower: TileRows>: TileRows where Upper.Columns == Lower.Columns {
  typealias Columns = Upper.Columns
  var upper: Upper
  var lower: Lower

  @inline(__always) static var count: Int { Upper.count + Lower.count }
  @inline(__always) init(_ c: UnsafePointer<Float>, _ stride: Int) {
    (upper, lower) = (Upper(c, stride), Lower(c + Upper.count * stride, stride))
  }
  @inline(__always) init(repeating row: Columns) { (upper, lower) = (Upper(repeating: row), Lower(repeating: row)) }
  @inline(__always) init(rowsOf start: UnsafePointer<Float>) {
    (upper, lower) = (Upper(rowsOf: start), Lower(rowsOf: start + Upper.count))
  }
  @inline(__always) func store(_ c: UnsafeMutablePointer<Float>, _ stride: Int) {
    upper.store(c, stride)
    lower.store(c + Upper.count * stride, stride)
  }
  @inline(__always) mutating func scale(by factors: Columns) {
    upper.scale(by: factors)
    lower.scale(by: factors)
  }
  @inline(__always) mutating func add(_ c: UnsafePointer<Float>, _ stride: Int) {
    upper.add(c, stride)
    lower.add(c + Upper.count * stride, stride)
  }
  @inline(__always) static func prefetchRows(_ c: UnsafePointer<Float>, _ stride: Int) {
    Upper.prefetchRows(c, stride)
    Lower.prefetchRows(c + Upper.count * stride, stride)
  }
  @inline(__always) mutating func addProducts(_ a: UnsafePointer<Float>, _ stride: Int, _ b: Columns) {
    upper.addProducts(a, stride, b)
    lower.addProducts(a + Upper.count * stride, stride, b)
  }
}

typealias Rows2<C: TileColumns> = Stack<OneRow<C>, OneRow<C>>
typealias Rows3<C: TileColumns> = Stack<Rows2<C>, OneRow<C>>
typealias Rows4<C: TileColumns> = Stack<Rows2<C>, Rows2<C>>
typealias Rows5<C: TileColumns> = Stack<Rows4<C>, OneRow<C>>
typealias Rows6<C: TileColumns> = Stack<Rows4<C>, Rows2<C>>
typealias Rows7<C: TileColumns> = Stack<Rows4<C>, Rows3<C>>
typealias Rows8<C: TileColumns> = Stack<Rows4<C>, Rows4<C>>
typealias Rows9<C: TileColumns> = Stack<Rows8<C>, OneRow<C>>
typealias Rows10<C: TileColumns> = Stack<Rows8<C>, Rows2<C>>
typealias Rows11<C: TileColumns> = Stack<Rows8<C>, Rows3<C>>
typealias Rows12<C: TileColumns> = Stack<Rows8<C>, Rows4<C>>
typealias Rows13<C: TileColumns> = Stack<Rows8<C>, Rows5<C>>
typealias Rows14<C: TileColumns> = Stack<Rows8<C>, Rows6<C>>

/// Cuts `rows` into as few tiles of at most `most` rows as possible, of as equal heights as possible.
@inline(__always)
func forEachTile(_ rows: Int, atMost most: Int, _ body: (_ tile: Int, _ row: Int, _ height: Int) -> Void) {
  let tiles = (rows + most - 1) / most
  var row = 0
  for tile in 0..<tiles {
    let height = (rows - row + tiles - tile - 1) / (tiles - tile)
    body(tile, row, height)
    row += height
  }
}
