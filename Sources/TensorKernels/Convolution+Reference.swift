import KernelInterface

extension ReferenceKernels {
  public func convolutionWorkspaceSize(_ convolution: Convolution, _ pass: ConvolutionPass, channels: Int) -> Int { 0 }

  public func convolve(
    _ convolution: Convolution, x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>, outputs: Range<Int>, workspace: UnsafeMutableRawPointer
  ) {
    let c = convolution
    for n in 0..<c.batch {
      for o in outputs {
        let group = o / c.groupOutputs
        for i in 0..<c.height.output {
          for j in 0..<c.width.output {
            var sum = bias?[o] ?? 0
            for input in 0..<c.groupInputs {
              let plane = x + (n * c.inputs + group * c.groupInputs + input) * c.inputPlane
              for k in 0..<c.height.size {
                for l in 0..<c.width.size {
                  let w = weight[((o * c.groupInputs + input) * c.height.size + k) * c.width.size + l]
                  sum.addProduct(w, c.value(plane, i, j, k, l))
                }
              }
            }
            y[((n * c.outputs + o) * c.height.output + i) * c.width.output + j] = sum
          }
        }
      }
    }
  }

  public func convolveBackwardInput(
    _ convolution: Convolution, dy: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, inputs: Range<Int>, accumulates: Bool, workspace: UnsafeMutableRawPointer
  ) {
    let c = convolution
    for n in 0..<c.batch {
      for input in inputs {
        let group = input / c.groupInputs
        for row in 0..<c.height.input {
          for column in 0..<c.width.input {
            var sum: Float = 0
            for o in group * c.groupOutputs..<(group + 1) * c.groupOutputs {
              let plane = dy + (n * c.outputs + o) * c.outputPlane
              for k in 0..<c.height.size {
                for l in 0..<c.width.size {
                  guard let i = c.height.place(row, tap: k), let j = c.width.place(column, tap: l) else { continue }
                  let inside = (0..<c.height.output).contains(i) && (0..<c.width.output).contains(j)
                  let w = weight[
                    ((o * c.groupInputs + input % c.groupInputs) * c.height.size + k) * c.width.size + l]
                  sum.addProduct(w, inside ? plane[i * c.width.output + j] : 0)
                }
              }
            }
            let place = ((n * c.inputs + input) * c.height.input + row) * c.width.input + column
            dx[place] = accumulates ? dx[place] + sum : sum
          }
        }
      }
    }
  }

  public func convolveBackwardWeight(
    _ convolution: Convolution, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dw: UnsafeMutablePointer<Float>, outputs: Range<Int>, workspace: UnsafeMutableRawPointer
  ) {
    let c = convolution
    for o in outputs {
      for input in 0..<c.groupInputs {
        for k in 0..<c.height.size {
          for l in 0..<c.width.size {
            let place = ((o * c.groupInputs + input) * c.height.size + k) * c.width.size + l
            dw[place] = c.groupInputs == 1 ? laneGradient(c, x, dy, o, k, l) : blockGradient(c, x, dy, o, input, k, l)
          }
        }
      }
    }
  }

  public func convolveBackwardBias(
    _ convolution: Convolution, dy: UnsafePointer<Float>, into db: UnsafeMutablePointer<Float>, outputs: Range<Int>,
    accumulates: Bool
  ) {
    let plane = convolution.outputPlane
    for o in outputs {
      var total: Float = 0
      for n in 0..<convolution.batch { total += sum(dy + (n * convolution.outputs + o) * plane, count: plane) }
      db[o] = accumulates ? db[o] + total : total
    }
  }

  private func laneGradient(
    _ c: Convolution, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ o: Int, _ k: Int, _ l: Int
  ) -> Float {
    var lanes = SIMD16<Float>.zero
    for n in 0..<c.batch {
      let plane = x + (n * c.inputs + o / c.groupOutputs) * c.inputPlane
      let gradients = dy + (n * c.outputs + o) * c.outputPlane
      for i in 0..<c.height.output {
        for j in 0..<c.width.output {
          let lane = (i * c.pitch + j) % 16
          lanes[lane] = lanes[lane].addingProduct(gradients[i * c.width.output + j], c.value(plane, i, j, k, l))
        }
      }
    }
    return laneSum(lanes)
  }

  private func blockGradient(
    _ c: Convolution, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ o: Int, _ input: Int, _ k: Int, _ l: Int
  ) -> Float {
    var total: Float = 0
    for n in 0..<c.batch {
      let plane = x + (n * c.inputs + o / c.groupOutputs * c.groupInputs + input) * c.inputPlane
      let gradients = dy + (n * c.outputs + o) * c.outputPlane
      for first in stride(from: 0, to: c.height.output, by: c.gradientRows) {
        var sum: Float = 0
        for i in first..<min(first + c.gradientRows, c.height.output) {
          for j in 0..<c.width.output { sum.addProduct(gradients[i * c.width.output + j], c.value(plane, i, j, k, l)) }
        }
        total += sum
      }
    }
    return total
  }
}

extension Convolution {
  /// The input that pixel (i, j) meets at tap (k, l); zero for padding.
  fileprivate func value(_ plane: UnsafePointer<Float>, _ i: Int, _ j: Int, _ k: Int, _ l: Int) -> Float {
    guard let row = height.input(i, tap: k), let column = width.input(j, tap: l) else { return 0 }
    return plane[row * width.input + column]
  }
}

extension WindowAxis {
  /// The place of the window, in or outside 0 ..< output, that puts `tap` on an input; `nil` if the stride leaves it out.
  fileprivate func place(_ input: Int, tap: Int) -> Int? {
    let distance = input + padding - tap * dilation
    return distance % stride == 0 ? distance / stride : nil
  }
}
