import KernelInterface

extension ReferenceKernels {
  public func poolingWorkspaceSize(_ pooling: Pooling) -> Int { 0 }

  public func pool(
    _ pooling: Pooling, _ rule: PoolingRule, x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    workspace: UnsafeMutableRawPointer
  ) {
    for plane in 0..<pooling.planes {
      let x = x + plane * pooling.inputPlane
      pooling.forEachWindow { i, j in
        let y = y + plane * pooling.outputPlane + i * pooling.width.output + j
        switch rule {
        case .maximum: y.pointee = x[pooling.placeOfMaximum(x, i, j)]
        case .average(let countsPadding):
          var sum: Float = 0
          pooling.forEachTap(i, j) { place in sum += place.map { x[$0] } ?? 0 }
          y.pointee = sum / pooling.divisor(i, j, countsPadding)
        }
      }
    }
  }

  public func poolBackward(
    _ pooling: Pooling, _ rule: PoolingRule, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, accumulates: Bool, workspace: UnsafeMutableRawPointer
  ) {
    let (height, width) = (pooling.height, pooling.width)
    for plane in 0..<pooling.planes {
      let (x, dy) = (x + plane * pooling.inputPlane, dy + plane * pooling.outputPlane)
      for place in 0..<pooling.inputPlane {
        var sum: Float = 0
        for (k, l) in (0..<height.size * width.size).map({ ($0 / width.size, $0 % width.size) }) {
          guard let i = height.window(place / width.input, tap: k), let j = width.window(place % width.input, tap: l)
          else { continue }
          let gradient = dy[i * width.output + j]
          switch rule {
          case .maximum: sum += pooling.placeOfMaximum(x, i, j) == place ? gradient : 0
          case .average(let countsPadding): sum += gradient / pooling.divisor(i, j, countsPadding)
          }
        }
        let target = dx + plane * pooling.inputPlane + place
        target.pointee = accumulates ? target.pointee + sum : sum
      }
    }
  }

  public func averageRows(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    for r in 0..<rows { y[r] = sum(x + r * columns, count: columns) / Float(columns) }
  }

  public func averageRowsBackward(
    dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, rows: Int, columns: Int, accumulates: Bool
  ) {
    for place in 0..<rows * columns {
      let share = dy[place / columns] / Float(columns)
      dx[place] = accumulates ? dx[place] + share : share
    }
  }
}

extension Pooling {
  fileprivate func forEachWindow(_ body: (_ i: Int, _ j: Int) -> Void) {
    for i in 0..<height.output {
      for j in 0..<width.output { body(i, j) }
    }
  }

  /// The places in the plane that window (i, j) covers; `nil` for padding.
  fileprivate func forEachTap(_ i: Int, _ j: Int, _ body: (_ place: Int?) -> Void) {
    for k in 0..<height.size {
      for l in 0..<width.size {
        if let row = height.input(i, tap: k), let column = width.input(j, tap: l) {
          body(row * width.input + column)
        } else {
          body(nil)
        }
      }
    }
  }

  fileprivate func placeOfMaximum(_ x: UnsafePointer<Float>, _ i: Int, _ j: Int) -> Int {
    var best: Int?
    forEachTap(i, j) { place in
      guard let place else { return }
      if best.map({ x[place] > x[$0] || x[place].isNaN }) ?? true { best = place }
    }
    return best ?? 0
  }

  fileprivate func divisor(_ i: Int, _ j: Int, _ countsPadding: Bool) -> Float {
    var count = 0
    forEachTap(i, j) { place in count += place != nil || countsPadding ? 1 : 0 }
    return Float(count)
  }
}

extension WindowAxis {
  /// The window that has `input` at `tap`, if there is one.
  fileprivate func window(_ input: Int, tap: Int) -> Int? {
    let distance = input + padding - tap * dilation
    return distance >= 0 && distance % stride == 0 && distance / stride < output ? distance / stride : nil
  }
}
