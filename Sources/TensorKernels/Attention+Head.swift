import KernelInterface

/// One batch row's head: where its vectors lie and which keys its queries see.
struct AttentionHead {
  let size: Int
  /// `size` rounded up to whole vectors.
  let paddedSize: Int
  let query: UnsafePointer<Float>
  let queryStride: Int
  /// Element d of key j at `key[j * keyRow + d * keyStep]` within a block of keys.
  var key: UnsafePointer<Float>
  var keyRow: Int
  let keyStep: Int
  var value: UnsafePointer<Float>
  var valueStride: Int
  /// Keys that are there for this batch row; query i sees those up to `i + diagonal`, where `mask` is not 0.
  let keyCount: Int
  let diagonal: Int
  let mask: UnsafePointer<UInt8>?
  /// [queries, keys]
  let bias: UnsafePointer<Float>?
  let biasStride: Int

  init(_ attention: Attention, batch: Int, head: Int) {
    size = attention.headSize
    paddedSize = AttentionHead.padded(size)
    query = attention.query + attention.queryLayout.offset(batch: batch, head: head, time: 0)
    queryStride = attention.queryLayout.timeStride
    let shared = head / (attention.heads / attention.keyValueHeads)
    key = attention.key + attention.keyLayout.offset(batch: batch, head: shared, time: 0)
    keyRow = attention.keysAreBlocked ? 1 : attention.keyLayout.timeStride
    keyStep = attention.keysAreBlocked ? Attention.keyBlock : 1
    value = attention.value + attention.valueLayout.offset(batch: batch, head: shared, time: 0)
    valueStride = attention.valueLayout.timeStride
    keyCount = min(attention.keyTime, attention.keyCounts.map { Int($0[batch]) } ?? attention.keyTime)
    diagonal = attention.isCausal ? attention.keyTime - attention.queryTime : attention.keyTime
    mask = attention.keyMask.map { $0 + batch * attention.keyTime }
    bias = attention.bias.map { $0 + head * attention.queryTime * attention.keyTime }
    biasStride = attention.keyTime
  }

  static func padded(_ size: Int) -> Int {
    (size + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount
  }

  /// Query i sees keys 0 ..< this number, `mask` aside.
  @inline(__always)
  func keysSeen(byQuery i: Int) -> Int { max(0, min(keyCount, i &+ diagonal &+ 1)) }

  /// The keys from `first`, the beginning of a block, on.
  @inline(__always)
  func keyScalars(_ first: Int) -> Scalars {
    let block = keyRow == 1 && keyStep != 1 ? size &* first : first &* keyRow
    return (key + block, keyRow, keyStep)
  }

  /// Lets keys and values be read from a copy, [keys, paddedSize] each: with many queries to come it pays that their rows
  /// lie side by side, instead of the width of a whole projection apart. Not for blocked keys.
  mutating func copyKeysAndValues(_ keys: Range<Int>, into copies: UnsafeMutablePointer<Float>) {
    let values = copies + keyCount * paddedSize
    copyRows(
      key + keys.lowerBound * keyRow, keyRow, count: keys.count, size, into: copies + keys.lowerBound * paddedSize,
      paddedSize)
    copyRows(
      value + keys.lowerBound * valueStride, valueStride, count: keys.count, size,
      into: values + keys.lowerBound * paddedSize, paddedSize)
    (key, keyRow) = (UnsafePointer(copies), paddedSize)
    (value, valueStride) = (UnsafePointer(values), paddedSize)
  }
}

/// The queries whose vectors are computed side by side, one a lane.
enum AttentionPanel {
  static let width = 32

  /// As many lanes as `count` queries need.
  @inline(__always)
  static func lanes(_ count: Int) -> Int { count <= Vector.scalarCount ? Vector.scalarCount : width }
}

/// Rows of `size` values times `factor`, each padded with zeros to whole vectors.
func copyRows(
  _ source: UnsafePointer<Float>, _ sourceStride: Int, count: Int, _ size: Int, times factor: Float = 1,
  into target: UnsafeMutablePointer<Float>, _ targetStride: Int
) {
  let factor = Vector(repeating: factor)
  for row in 0..<count {
    let (source, target) = (source + row &* sourceStride, target + row &* targetStride)
    forEachVector(size) { write(source.vector($0) * factor, to: target + $0.first) }
  }
}

/// Rows of `size` values times `factor`, written over or added to what is there.
func writeRows(
  _ source: UnsafePointer<Float>, _ sourceStride: Int, count: Int, _ size: Int, times factor: Float = 1,
  into target: UnsafeMutablePointer<Float>, _ targetStride: Int, accumulates: Bool
) {
  let factor = Vector(repeating: factor)
  for row in 0..<count {
    let (source, target) = (source + row &* sourceStride, target + row &* targetStride)
    if accumulates {
      forEachVector(size) { target.store(target.vector($0).adding(source.vector($0), times: factor), $0) }
    } else {
      forEachVector(size) { target.store(source.vector($0) * factor, $0) }
    }
  }
}

func fillRow(_ target: UnsafeMutablePointer<Float>, _ count: Int, with value: Float) {
  var i = 0
  while i < count {
    write(Vector(repeating: value), to: target + i)
    i += Vector.scalarCount
  }
}
