import KernelInterface

/// Sums and maxima over some dimensions. Dimensions that lie side by side are reduced together, the innermost such group
/// first. Within a group:
/// - if it is innermost, a sum is one partial sum for every 4,096 values (see `Kernels.sum`), added in order;
/// - otherwise it is a chain over the group's values ascending.
extension Tensor {
  /// - Parameters:
  ///   - dimensions: negative ones count from the end.
  ///   - keepingDimensions: whether the reduced dimensions stay, with an extent of 1.
  public func sum(over dimensions: [Int], keepingDimensions: Bool = false) -> Tensor {
    reduced(.sum, over: dimensions, keepingDimensions: keepingDimensions)
  }

  /// The sum times 1 / the number of values summed.
  public func mean(over dimensions: [Int], keepingDimensions: Bool = false) -> Tensor {
    let sum = sum(over: dimensions, keepingDimensions: keepingDimensions)
    return (Float(sum.count) / Float(count)) * sum
  }

  /// The greatest value; NaN where there is one.
  public func maximum(over dimensions: [Int], keepingDimensions: Bool = false) -> Tensor {
    precondition(
      shape.resolved(dimensions).allSatisfy { shape[$0] > 0 }, "the maximum of no values: \(dimensions) of \(shape)")
    return reduced(.maximum, over: dimensions, keepingDimensions: keepingDimensions)
  }

  private func reduced(_ reduction: Reduction, over dimensions: [Int], keepingDimensions: Bool) -> Tensor {
    let places = shape.resolved(dimensions)
    var result = self
    for group in groups(of: places).reversed() { result = result.reduced(reduction, over: group) }
    if keepingDimensions { return result }
    let kept = shape.dimensions.indices.filter { !places.contains($0) }
    return result.reshaped(to: Shape(kept.map { shape[$0] }))
  }

  /// One group of neighbouring dimensions, which stay with an extent of 1.
  private func reduced(_ reduction: Reduction, over group: Range<Int>) -> Tensor {
    let kept = shape.dimensions.enumerated().map { group.contains($0.offset) ? 1 : $0.element }
    return Tensor(Shape(kept), on: backend) { $0.write(reduction, of: self, over: group) }
  }

  /// Ascending places as ranges of neighbours.
  private func groups(of places: [Int]) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    for place in places {
      if let last = groups.last, last.upperBound == place {
        groups[groups.count - 1] = last.lowerBound..<place + 1
      } else {
        groups.append(place..<place + 1)
      }
    }
    return groups
  }
}

extension TensorDestination {
  /// y = the sums of x over the dimensions along which y would have to be broadcast to the shape of x, or y += ...: the
  /// gradient of an operand that was broadcast.
  public func writeSum(broadcast x: Tensor) {
    let missing = x.shape.rank - shape.rank
    let repeated = shape.strides(broadcastTo: x.shape).indices.filter { place in
      x.shape[place] != 1 && (place < missing || shape[place - missing] == 1)
    }
    if repeated.isEmpty { return write(x.reshaped(to: shape)) }
    if repeated == Array(0..<repeated.count) {
      // One chain down the columns, straight to its destination.
      let columns = shape.count
      write(.sum, of: x.reshaped(to: [columns == 0 ? 0 : x.count / columns, columns]), over: 0..<1)
    } else {
      write(x.sum(over: repeated).reshaped(to: shape))
    }
  }

  /// y[c] = sum over r of x[r, c], or y[c] += ...: a chain over r ascending.
  public func writeColumnSums(_ x: Tensor) {
    precondition(shape.count == x.shape.columns, "column sums of \(x.shape) into \(shape)")
    write(.sum, of: x.reshaped(to: [x.shape.rows, x.shape.columns]), over: 0..<1)
  }

  fileprivate func write(_ reduction: Reduction, of x: Tensor, over group: Range<Int>) {
    let outer = x.shape.dimensions[..<group.lowerBound].reduce(1, *)
    let extent = x.shape.dimensions[group].reduce(1, *)
    let inner = x.shape.dimensions[group.upperBound...].reduce(1, *)
    if inner == 1 {
      backend.forEachRange(ofRows: outer, columns: extent) { writeRows(reduction, of: x, rows: $0, columns: extent) }
    } else {
      // Threads cut the blocks or, if there are few, every block's columns.
      let cutsBlocks = outer >= backend.threads.size
      let parts = backend.parts(of: x.count, atMost: cutsBlocks ? outer : (inner + 15) / 16)
      backend.threads.run(parts) { part in
        let blocks = cutsBlocks ? Backend.range(part, of: parts, count: outer, unit: 1) : 0..<outer
        let columns = cutsBlocks ? 0..<inner : Backend.range(part, of: parts, count: inner, unit: 16)
        for block in blocks {
          writeColumns(reduction, of: x, block: block, extent: extent, inner: inner, columns: columns)
        }
      }
    }
    withExtendedLifetime((x, storage)) {}
  }

  private func writeRows(_ reduction: Reduction, of x: Tensor, rows: Range<Int>, columns: Int) {
    let (source, target) = (x.base + rows.lowerBound * columns, base + rows.lowerBound)
    switch reduction {
    case .sum:
      backend.kernels.rowSums(source, into: target, rows: rows.count, columns: columns, accumulates: accumulates)
    case .maximum: backend.kernels.rowMaxima(source, into: target, rows: rows.count, columns: columns)
    }
  }

  private func writeColumns(
    _ reduction: Reduction, of x: Tensor, block: Int, extent: Int, inner: Int, columns: Range<Int>
  ) {
    let source = x.base + block * extent * inner + columns.lowerBound
    let target = base + block * inner + columns.lowerBound
    switch reduction {
    case .sum:
      backend.kernels.columnSums(
        source, rowStride: inner, into: target, rows: extent, columns: columns.count, accumulates: accumulates)
    case .maximum:
      backend.kernels.columnMaxima(source, rowStride: inner, into: target, rows: extent, columns: columns.count)
    }
  }
}

private enum Reduction { case sum, maximum }
