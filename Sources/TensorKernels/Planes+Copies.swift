// Planes of narrow rows lose many lanes to the padding between rows. Where a row of the source is as long as a row of the
// grid, a channel is packed once for every shift of its columns instead: rows lie one behind the other without gaps, all
// lanes are used, and sums lie as the channel they belong to. A copy is the channel itself, read from `shift` on; where
// that leaves the row, a mask makes it padding.

extension Planes {
  /// For each copy, the bits of a strip's floats that are inside their row.
  func prepareMasks(_ masks: UnsafeMutablePointer<Float>) {
    let width = columns.source
    masks.clear(copies * size)
    for copy in 0..<copies {
      let shift = columns.firstShift + copy
      let inside = max(0, -shift)..<max(max(0, -shift), min(width, width - shift))
      for row in 0..<rows.reach(strip) {
        (masks + copy * size + row * width + inside.lowerBound).update(
          repeating: Float(bitPattern: 0xFFFF_FFFF), count: inside.count)
      }
    }
  }

  /// Copies what `count` rows of the grid from `first` on meet of one channel, once for each shift. Rows above and below
  /// are zero; the caller has cleared them, and this leaves them so.
  ///
  /// - Parameters:
  ///   - start: the first float that may be read.
  ///   - end: behind the last one.
  func packCopies(
    _ channel: UnsafePointer<Float>, from start: UnsafePointer<Float>, before end: UnsafePointer<Float>,
    _ masks: UnsafePointer<Float>, _ first: Int, _ count: Int, into packed: UnsafeMutablePointer<Float>
  ) {
    let top = first + rows.firstShift
    let begin = max(0, -top)
    let floats = (min(rows.reach(count), rows.source - top) - begin) * pitch
    for copy in 0..<copies {
      let source = channel + (top + begin) * pitch + columns.firstShift + copy
      let target = packed + copy * size + begin * pitch
      let mask = masks + copy * size
      var i = 0
      while i < floats {
        let values = source + i
        if i + Vector.scalarCount <= floats && values >= start && values + Vector.scalarCount <= end {
          write(Vector(bits: read(values).bits & read(mask + i).bits), to: target + i)
        } else {
          for lane in 0..<min(Vector.scalarCount, floats - i) {
            target[i + lane] = mask[i + lane].bitPattern == 0 ? 0 : values[lane]
          }
        }
        i += Vector.scalarCount
      }
    }
  }
}
