import KernelInterface

/// The same values in another order, or some of them.
extension Tensor {
  /// The last two dimensions in each other's place: [..., m, n] -> [..., n, m].
  public func transposed() -> Tensor {
    precondition(shape.rank >= 2, "shape \(shape) has no rows and columns to exchange")
    return permuted(Array(0..<shape.rank - 2) + [shape.rank - 1, shape.rank - 2])
  }

  /// Dimension i of the result is dimension `order[i]` of this tensor.
  public func permuted(_ order: [Int]) -> Tensor {
    precondition(order.sorted() == Array(0..<shape.rank), "\(order) is not an order of the dimensions of \(shape)")
    return Tensor(Shape(order.map { shape[$0] }), on: backend) { $0.writePermuted(self, order) }
  }

  /// The part of `dimension` (negative: from the end) that lies in `range`.
  public func sliced(dimension: Int, range: Range<Int>) -> Tensor {
    Tensor(shape.sliced(dimension, range), on: backend) { $0.writeSlice(of: self, dimension: dimension, range: range) }
  }

  /// The tensors one after the other along `dimension` (negative: from the end); the other extents are equal.
  public static func concatenated(_ parts: [Tensor], dimension: Int) -> Tensor {
    precondition(!parts.isEmpty, "nothing to concatenate")
    let first = parts[0].shape
    let place = first.resolved([dimension])[0]
    var extents = first.dimensions
    for part in parts.dropFirst() {
      precondition(
        part.shape.rank == first.rank && part.shape.sliced(place, 0..<0) == first.sliced(place, 0..<0),
        "\(first) and \(part.shape) side by side along dimension \(dimension)")
      extents[place] += part.shape[place]
    }
    return Tensor(Shape(extents), on: parts[0].backend) { y in
      var begin = 0
      for part in parts {
        y.writePart(part, dimension: place, at: begin)
        begin += part.shape[place]
      }
    }
  }
}

extension Shape {
  /// With `range` for `dimension`.
  func sliced(_ dimension: Int, _ range: Range<Int>) -> Shape {
    let place = resolved([dimension])[0]
    precondition(
      0 <= range.lowerBound && range.upperBound <= dimensions[place], "\(range) of dimension \(dimension) of \(self)")
    var extents = dimensions
    extents[place] = range.count
    return Shape(extents)
  }
}

extension TensorDestination {
  /// y = the dimensions of x in `order`, or y += ...
  public func writePermuted(_ x: Tensor, _ order: [Int]) {
    precondition(shape == Shape(order.map { x.shape[$0] }), "\(x.shape) in the order \(order) into \(shape)")
    let strides = x.shape.strides
    move(from: x, extents: shape.dimensions, sourceSteps: order.map { strides[$0] }, targetSteps: shape.strides)
  }

  /// y = the part of x in `range` of `dimension`, or y += ...
  public func writeSlice(of x: Tensor, dimension: Int, range: Range<Int>) {
    precondition(x.shape.sliced(dimension, range) == shape, "\(range) of \(x.shape) into \(shape)")
    let place = x.shape.resolved([dimension])[0]
    move(
      from: x, at: range.lowerBound * x.shape.strides[place], extents: shape.dimensions, sourceSteps: x.shape.strides,
      targetSteps: shape.strides)
  }

  /// The part of y that begins at `begin` of `dimension` = x, or += x. The rest of y stays.
  public func writePart(_ x: Tensor, dimension: Int, at begin: Int) {
    let place = shape.resolved([dimension])[0]
    precondition(
      shape.sliced(place, begin..<begin + x.shape[place]) == x.shape, "\(x.shape) at \(begin) of \(shape)")
    move(
      from: x, extents: x.shape.dimensions, sourceSteps: x.shape.strides, targetSteps: shape.strides,
      targetAt: begin * shape.strides[place])
  }

  /// As `writePart`, with zeros for the rest: the gradient of a slice.
  public func writePadded(_ x: Tensor, dimension: Int, at begin: Int) {
    if !accumulates { fill(with: 0) }
    writePart(x, dimension: dimension, at: begin)
  }

  private func move(
    from x: Tensor, at sourceAt: Int = 0, extents: [Int], sourceSteps: [Int], targetSteps: [Int], targetAt: Int = 0
  ) {
    guard x.count > 0, shape.count > 0 else { return }
    var nest = LoopNest(extents: extents, steps: [sourceSteps, targetSteps])
    let unitSource = nest.steps.lastIndex { $0[0] == 1 }
    let unitTarget = nest.steps.lastIndex { $0[1] == 1 }
    let isTransposition = unitSource != nil && unitTarget != nil && unitSource != unitTarget
    // In a transposition the columns are those of the source. Else a row is what lies side by side in both.
    let columnsAt = isTransposition ? unitSource : unitSource == unitTarget ? unitSource : nil
    let columns = nest.remove(columnsAt, blocks: 2)
    let rowsAt = isTransposition ? nest.steps.lastIndex { $0[1] == 1 } : nest.extents.indices.last
    let rows = nest.remove(rowsAt, blocks: 2)
    let (source, target) = (x.base + sourceAt, base + targetAt)
    let block = MovedBlock(rows: rows, columns: columns, isTransposition: isTransposition, accumulates: accumulates)
    if nest.count >= backend.threads.size {
      backend.forEachRange(ofRows: nest.count, columns: rows.extent * columns.extent) { range in
        for iteration in range {
          block.move(
            backend, source + nest.offset(0, at: iteration), target + nest.offset(1, at: iteration),
            rows: 0..<rows.extent)
        }
      }
    } else {
      for iteration in 0..<nest.count {
        backend.forEachRange(ofRows: rows.extent, columns: columns.extent) { range in
          block.move(
            backend, source + nest.offset(0, at: iteration), target + nest.offset(1, at: iteration), rows: range)
        }
      }
    }
    withExtendedLifetime((x, storage)) {}
  }
}

/// The two inner loops of a movement.
private struct MovedBlock {
  let rows: (extent: Int, steps: [Int])
  let columns: (extent: Int, steps: [Int])
  let isTransposition: Bool
  let accumulates: Bool

  func move(
    _ backend: Backend, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, rows range: Range<Int>
  ) {
    let (x, y) = (x + range.lowerBound * rows.steps[0], y + range.lowerBound * rows.steps[1])
    if isTransposition {
      backend.kernels.transpose(
        x, xStride: rows.steps[0], into: y, yStride: columns.steps[1], rows: range.count, columns: columns.extent,
        accumulates: accumulates)
    } else {
      backend.kernels.copyRows(
        x, xStride: rows.steps[0], into: y, yStride: rows.steps[1], rows: range.count, columns: columns.extent,
        accumulates: accumulates)
    }
  }
}
