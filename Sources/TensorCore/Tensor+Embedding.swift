import KernelInterface

extension Tensor {
  /// Row ids[i] of this table [rows, ...], for each i: [ids.count, ...].
  public func rows(at ids: [Int32]) -> Tensor {
    let table = shape.foldedIntoRows
    precondition(
      ids.allSatisfy { 0 <= $0 && $0 < table.rows }, "an id lies outside 0 ..< \(table.rows), the rows of \(shape)")
    return Tensor(Shape([ids.count] + shape.dimensions.dropFirst()), on: backend) { y in
      ids.withUnsafeBufferPointer { ids in
        guard let first = ids.baseAddress else { return }
        backend.forEachRange(ofRows: ids.count, columns: table.columns) { range in
          let at = range.lowerBound
          backend.kernels.gatherRows(
            base, ids: first + at, into: y.base + at * table.columns, count: range.count, width: table.columns)
        }
      }
      withExtendedLifetime(storage) {}
    }
  }
}

extension TensorDestination {
  /// table[ids[i], ...] = the sum of rows[i, ...] over all i of that id, or += ...; an element's sum is a chain over i
  /// ascending. Rows of no id become zero, or stay.
  ///
  /// - Parameters:
  ///   - rows: [ids.count, ...], the rest as in this table [rows, ...].
  ///   - padding: an id whose rows count for nothing.
  public func writeScatteredRows(_ rows: Tensor, at ids: [Int32], padding: Int32? = nil) {
    let table = shape.foldedIntoRows
    precondition(
      rows.shape.dimensions == [ids.count] + shape.dimensions.dropFirst(),
      "\(rows.shape) at \(ids.count) ids into a table \(shape)")
    precondition(
      ids.allSatisfy { 0 <= $0 && $0 < table.rows }, "an id lies outside 0 ..< \(table.rows), the rows of \(shape)")
    let order = Self.positionsByID(ids, without: padding)
    ids.withUnsafeBufferPointer { ids in
      order.withUnsafeBufferPointer { order in
        // Pointers to nothing where there are no ids: they are not read then.
        let nothing = UnsafePointer<Int32>(bitPattern: 64)!
        let scatter = RowScatter(
          table: base, tableRows: table.rows, rows: rows.base, width: table.columns,
          ids: ids.baseAddress ?? nothing, order: order.baseAddress ?? nothing, count: order.count,
          accumulates: accumulates)
        run(scatter, touching: accumulates ? order.count : table.rows + order.count)
      }
    }
    withExtendedLifetime((rows, storage)) {}
  }

  /// Threads cut the columns: so a frequent id does not fall to one thread alone.
  private func run(_ scatter: RowScatter, touching rows: Int) {
    let vectors = (scatter.width + 15) / 16
    backend.forEachRange(ofRows: vectors, columns: rows * 16) { range in
      let columns = range.lowerBound * 16..<min(range.upperBound * 16, scatter.width)
      backend.kernels.scatterAddRows(scatter, columns: columns)
    }
  }

  /// 0 ..< ids.count by ascending id, those of one id ascending.
  private static func positionsByID(_ ids: [Int32], without padding: Int32?) -> [Int32] {
    var keys: [UInt64] = []
    keys.reserveCapacity(ids.count)
    for (position, id) in ids.enumerated() where id != padding {
      keys.append(UInt64(id) << 32 | UInt64(position))
    }
    keys.sort()
    return keys.map { Int32(truncatingIfNeeded: $0) }
  }
}

extension Shape {
  /// [rows, everything else].
  fileprivate var foldedIntoRows: Shape {
    precondition(rank >= 1, "a table has rows, a scalar has none")
    return [self[0], dimensions.dropFirst().reduce(1, *)]
  }
}
