import KernelInterface

/// One dimension of a sliding window in terms of displacements: place i of a grid meets value i + shift of one phase of the
/// source.
///
/// With stride s, output i meets input i s + e, where e = tap * dilation - padding. Of e = shift * s + phase: that is
/// value i + shift among the inputs whose number leaves `phase` when divided by s. The data gradient turns this around:
/// input j s + phase gets from output j - shift, so there the outputs are the source and the inputs fall into phases.
struct PlaneAxis {
  let axis: WindowAxis
  let isTransposed: Bool
  /// Phases of the source, and of what is computed: the stride and 1, or turned around.
  let sourcePhases: Int
  let gridPhases: Int
  /// Places that are computed.
  let grid: Int
  /// Values of the source, all phases together.
  let source: Int
  /// Values of what is computed, all phases together.
  let target: Int
  let firstShift: Int
  let lastShift: Int
  /// One bit for each phase of the source that a tap meets.
  private let met: UInt64

  init(_ axis: WindowAxis, isTransposed: Bool) {
    self.axis = axis
    self.isTransposed = isTransposed
    let (first, last) = (axis.division(ofTap: 0).quotient, axis.division(ofTap: axis.size - 1).quotient)
    if isTransposed {
      (sourcePhases, gridPhases) = (1, axis.stride)
      (grid, source, target) = ((axis.input + axis.stride - 1) / axis.stride, axis.output, axis.input)
      (firstShift, lastShift) = (-last, -first)
    } else {
      (sourcePhases, gridPhases) = (axis.stride, 1)
      (grid, source, target) = (axis.output, axis.input, axis.output)
      (firstShift, lastShift) = (first, last)
    }
    var met: UInt64 = isTransposed ? 1 : 0
    if !isTransposed {
      for tap in 0..<axis.size { met |= 1 << UInt64(axis.division(ofTap: tap).phase) }
    }
    self.met = met
  }

  /// Values of the source that a grid of `count` places meets, padding included.
  @inline(__always)
  func reach(_ count: Int) -> Int { count + lastShift - firstShift }

  /// Where `tap` of place 0 lies, counted from the first value met.
  @inline(__always)
  func displacement(ofTap tap: Int) -> Int {
    let quotient = axis.division(ofTap: tap).quotient
    return (isTransposed ? -quotient : quotient) - firstShift
  }

  @inline(__always)
  func sourcePhase(ofTap tap: Int) -> Int { isTransposed ? 0 : axis.division(ofTap: tap).phase }

  @inline(__always)
  func gridPhase(ofTap tap: Int) -> Int { isTransposed ? axis.division(ofTap: tap).phase : 0 }

  /// Whether a tap meets this phase of the source.
  @inline(__always)
  func isMet(_ phase: Int) -> Bool { phase >= UInt64.bitWidth || met >> UInt64(phase) & 1 == 1 }

  /// Values of one phase of the source.
  @inline(__always)
  func count(ofPhase phase: Int) -> Int { (source - phase + sourcePhases - 1) / sourcePhases }
}

/// One channel of an image packed for sliding windows: its phases one behind the other, each with padding around it.
///
/// Rows lie `pitch` floats apart, and so do the rows of what is computed. Then a tap is one displacement for all pixels,
/// and 16 pixels are 16 floats side by side wherever rows end. The padding right of a row serves as the padding left of
/// the next.
struct Planes {
  let rows: PlaneAxis
  let columns: PlaneAxis
  let pitch: Int
  /// Rows of the grid that are packed at a time.
  let strip: Int
  /// From one phase, or copy, to the next.
  let size: Int
  /// Copies of a channel, one for each shift of its columns; 1 where shifts are displacements. See `packCopies`.
  let copies: Int

  /// - Parameters:
  ///   - floats: the size that all phases of a channel shall keep below where a strip of several rows can.
  ///   - pixels: the same for the rows computed. Where neither is given, the strip is the whole channel.
  ///   - mayCopy: whether a channel may be packed once for each shift of its columns.
  init(
    _ height: WindowAxis, _ width: WindowAxis, isTransposed: Bool, floats: Int = 1 << 48, pixels: Int = 1 << 48,
    mayCopy: Bool = false
  ) {
    rows = PlaneAxis(height, isTransposed: isTransposed)
    columns = PlaneAxis(width, isTransposed: isTransposed)
    let left = max(0, -columns.firstShift)
    let right = max(0, columns.grid + columns.lastShift - columns.count(ofPhase: 0))
    let shifts = columns.lastShift - columns.firstShift + 1
    let isSimple = rows.sourcePhases == 1 && columns.sourcePhases == 1 && columns.source == columns.grid
    copies = mayCopy && isSimple && shifts <= width.size ? shifts : 1
    pitch = copies > 1 ? columns.grid : max(columns.grid, columns.reach(columns.grid) - min(left, right))
    let phases = rows.sourcePhases * columns.sourcePhases * copies
    let fitting = min(floats / (phases * pitch) - rows.reach(0), pixels / pitch)
    let strips = (rows.grid + max(1, fitting) - 1) / max(1, fitting)
    strip = strips == 0 ? 0 : (rows.grid + strips - 1) / strips
    // Vectors may begin at the last pixel met. An odd number of cache lines keeps planes out of each other's sets.
    size = (roundedUp(rows.reach(strip) * pitch + left) / Vector.scalarCount + 2 | 1) * Vector.scalarCount
  }

  /// Floats of one packed channel.
  var channelSize: Int { rows.sourcePhases * columns.sourcePhases * copies * size }

  /// Vectors that cover `count` rows of the grid.
  @inline(__always)
  func vectors(_ count: Int) -> Int {
    ((count - 1) * pitch + columns.grid + Vector.scalarCount - 1) / Vector.scalarCount
  }

  /// Whether a channel can serve as it lies: nothing around it, nothing between its rows.
  var isInPlace: Bool {
    channelSize == size && pitch == columns.source && columns.firstShift == 0 && rows.firstShift == 0
      && rows.reach(rows.grid) <= rows.source
  }

  /// Whether sums lie as the channel that they belong to.
  var isResultInPlace: Bool { gridPhases == 1 && pitch == columns.target }

  /// Phases of the grid.
  @inline(__always)
  var gridPhases: Int { rows.gridPhases * columns.gridPhases }

  /// Floats that one row of sums over a strip takes.
  @inline(__always)
  var sumsSize: Int { vectors(strip) * Vector.scalarCount }

  /// Where the value that a tap of pixel 0 meets lies in a packed channel.
  func displacement(_ row: Int, _ column: Int) -> Int {
    if copies > 1 { return columns.displacement(ofTap: column) * size + rows.displacement(ofTap: row) * pitch }
    let phase = rows.sourcePhase(ofTap: row) * columns.sourcePhases + columns.sourcePhase(ofTap: column)
    return phase * size + rows.displacement(ofTap: row) * pitch + columns.displacement(ofTap: column)
  }
}

/// A window's taps, ordered by the phase of the grid they belong to: their places in the window, their displacements in
/// the planes, and where each phase begins.
struct TapTable {
  let displacements: UnsafeMutablePointer<Int>
  let places: UnsafeMutablePointer<Int>
  let begins: UnsafeMutablePointer<Int>

  /// Floats of memory for the table.
  static func size(_ planes: Planes) -> Int {
    roundedUp(2 * (2 * planes.rows.axis.size * planes.columns.axis.size + planes.gridPhases + 1))
  }

  init(_ planes: Planes, in memory: UnsafeMutablePointer<Float>) {
    let count = planes.rows.axis.size * planes.columns.axis.size
    displacements = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int.self)
    places = displacements + count
    begins = places + count
    var next = 0
    for phase in 0..<planes.gridPhases {
      begins[phase] = next
      for row in 0..<planes.rows.axis.size {
        for column in 0..<planes.columns.axis.size {
          let (upper, left) = (planes.rows.gridPhase(ofTap: row), planes.columns.gridPhase(ofTap: column))
          guard phase == upper * planes.columns.gridPhases + left else { continue }
          displacements[next] = planes.displacement(row, column)
          places[next] = row * planes.columns.axis.size + column
          next += 1
        }
      }
    }
    begins[planes.gridPhases] = next
  }
}

/// To whole vectors.
@inline(__always)
func roundedUp(_ floats: Int) -> Int { (floats + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount }
