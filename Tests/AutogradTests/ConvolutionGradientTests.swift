import Autograd
import TensorCore
import Testing

extension Reference {
  /// Images [batch, inputs, height, width] with weights [outputs, inputs / groups, rows, columns].
  fileprivate func convolution(
    _ weight: Reference, bias: Reference?, stride: Extent, padding: Extent, dilation: Extent, groups: Int
  ) -> Reference {
    let (taps, inputs, outputs) = ((weight.shape[2], weight.shape[3]), weight.shape[1], weight.shape[0])
    let height = (shape[2] + 2 * padding.height - dilation.height * (taps.0 - 1) - 1) / stride.height + 1
    let width = (shape[3] + 2 * padding.width - dilation.width * (taps.1 - 1) - 1) / stride.width + 1
    var y = Reference(
      [shape[0], outputs, height, width], Array(repeating: 0, count: shape[0] * outputs * height * width))
    for place in y.values.indices {
      let (n, o) = (place / (outputs * height * width), place / (height * width) % outputs)
      let (i, j) = (place / width % height, place % width)
      var sum = bias?.values[o] ?? 0
      for w in 0..<inputs * taps.0 * taps.1 {
        let row = i * stride.height + w / taps.1 % taps.0 * dilation.height - padding.height
        let column = j * stride.width + w % taps.1 * dilation.width - padding.width
        guard (0..<shape[2]).contains(row), (0..<shape[3]).contains(column) else { continue }
        let channel = o / (outputs / groups) * inputs + w / (taps.0 * taps.1)
        sum +=
          weight.values[o * inputs * taps.0 * taps.1 + w]
          * values[((n * shape[1] + channel) * shape[2] + row) * shape[3] + column]
      }
      y.values[place] = sum
    }
    return y
  }

  /// `reduce` of the values of each window, `nil` for padding.
  fileprivate func pooled(_ window: Extent, stride: Extent, padding: Extent, _ reduce: ([Double?]) -> Double)
    -> Reference
  {
    let height = (shape[2] + 2 * padding.height - window.height) / stride.height + 1
    let width = (shape[3] + 2 * padding.width - window.width) / stride.width + 1
    var y: [Double] = []
    for place in 0..<shape[0] * shape[1] * height * width {
      let (i, j) = (place / width % height, place % width)
      y.append(
        reduce(
          (0..<window.height * window.width).map { tap in
            let row = i * stride.height + tap / window.width - padding.height
            let column = j * stride.width + tap % window.width - padding.width
            guard (0..<shape[2]).contains(row), (0..<shape[3]).contains(column) else { return nil }
            return values[(place / (height * width) * shape[2] + row) * shape[3] + column]
          }))
    }
    return Reference([shape[0], shape[1], height, width], y)
  }
}

@Suite("Gradients of convolution and pooling")
struct ConvolutionGradientTests {
  private func expectConvolution(
    _ x: Shape, _ weight: Shape, stride: Extent = 1, padding: Extent = 0, dilation: Extent = 1, groups: Int = 1,
    hasBias: Bool = true
  ) {
    let operands = [Reference.random(x, seed: 1), .random(weight, seed: 2), .random([weight[0]], seed: 3)]
    expectGradients(
      "convolution of \(x) with \(weight)", at: hasBias ? operands : Array(operands.prefix(2)),
      of: {
        $0[0].convolution(
          weight: $0[1], bias: hasBias ? $0[2] : nil, stride: stride, padding: padding, dilation: dilation,
          groups: groups)
      },
      matching: {
        $0[0].convolution(
          $0[1], bias: hasBias ? $0[2] : nil, stride: stride, padding: padding, dilation: dilation, groups: groups)
      })
  }

  @Test("convolutions: strides, padding, dilation, groups, depthwise")
  func convolutions() {
    expectConvolution([2, 2, 4, 5], [3, 2, 3, 3], padding: 1)
    expectConvolution([2, 3, 5, 4], [2, 3, 1, 1], stride: 2, hasBias: false)
    expectConvolution(
      [1, 2, 6, 7], [2, 2, 2, 3], stride: Extent(height: 1, width: 2), padding: Extent(height: 0, width: 2),
      dilation: Extent(height: 2, width: 1))
    expectConvolution([5, 4, 3, 3], [6, 2, 2, 2], groups: 2)
    expectConvolution([2, 3, 5, 5], [3, 1, 3, 3], stride: 2, padding: 1, groups: 3)
  }

  @Test("a signal is an image of one row")
  func signals() {
    let operands = [Reference.random([2, 2, 9], seed: 4), .random([3, 2, 3], seed: 5), .random([3], seed: 6)]
    expectGradients(
      "signal", at: operands,
      of: { $0[0].convolution(weight: $0[1], bias: $0[2], stride: 2, padding: 1) },
      matching: {
        let y = $0[0].reshaped(to: [2, 2, 1, 9]).convolution(
          $0[1].reshaped(to: [3, 2, 1, 3]), bias: $0[2], stride: Extent(height: 1, width: 2),
          padding: Extent(height: 0, width: 1), dilation: 1, groups: 1)
        return y.reshaped(to: [2, 3, 5])
      })
    expectGradients(
      "pooled signal", at: [operands[0]], of: { $0[0].averagePool(window: 3) },
      matching: {
        $0[0].reshaped(to: [2, 2, 1, 9]).pooled(
          Extent(height: 1, width: 3), stride: Extent(height: 1, width: 3), padding: 0
        ) {
          $0.reduce(0) { $0 + $1! } / 3
        }.reshaped(to: [2, 2, 3])
      })
  }

  @Test("maxima over windows")
  func maxima() {
    let maximum = { (window: [Double?]) in window.compactMap { $0 }.max()! }
    let x = [Reference.random([2, 2, 6, 7], seed: 7)]
    expectGradients(
      "max pool", at: x, of: { $0[0].maxPool(window: 2) },
      matching: { $0[0].pooled(2, stride: 2, padding: 0, maximum) })
    expectGradients(
      "overlapping max pool", at: x, of: { $0[0].maxPool(window: 3, stride: Extent(height: 2, width: 1), padding: 1) },
      matching: { $0[0].pooled(3, stride: Extent(height: 2, width: 1), padding: 1, maximum) })
  }

  @Test("means over windows and over everything")
  func means() {
    let x = [Reference.random([2, 2, 6, 7], seed: 8)]
    expectGradients(
      "average pool", at: x, of: { $0[0].averagePool(window: 3, stride: 2, padding: 1) },
      matching: { $0[0].pooled(3, stride: 2, padding: 1) { $0.reduce(0) { $0 + ($1 ?? 0) } / 9 } })
    expectGradients(
      "average pool without padding", at: x,
      of: { $0[0].averagePool(window: Extent(height: 2, width: 3), stride: 2, padding: 1, countsPadding: false) },
      matching: {
        $0[0].pooled(Extent(height: 2, width: 3), stride: 2, padding: 1) { window in
          let inside = window.compactMap { $0 }
          return inside.reduce(0, +) / Double(inside.count)
        }
      })
    expectGradients(
      "global average", at: x, of: { $0[0].globalAveragePool() },
      matching: {
        $0[0].pooled(Extent(height: 6, width: 7), stride: 1, padding: 0) { $0.reduce(0) { $0 + $1! } / 42 }
          .reshaped(to: [2, 2])
      })
  }
}
