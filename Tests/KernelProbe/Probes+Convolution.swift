import KernelInterface

func probeConvolution(_ kernels: any Kernels, _ digest: inout Digest) {
  let height = WindowAxis(input: 9, size: 3, stride: 2, padding: 1)
  for (inputs, outputs, groups) in [(3, 21, 1), (4, 4, 4), (6, 15, 3), (18, 2, 1)] {
    for width in [
      WindowAxis(input: 37, size: 5, padding: 2), WindowAxis(input: 12, size: 2, stride: 2, dilation: 2),
      WindowAxis(input: 13, size: 1, stride: 3),
    ] {
      let convolution = Convolution(
        batch: 2, inputs: inputs, outputs: outputs, groups: groups, height: height, width: width)
      probe(convolution, kernels, &digest)
    }
  }
}

private func probe(_ convolution: Convolution, _ kernels: any Kernels, _ digest: inout Digest) {
  let (inputs, outputs) = (0..<convolution.inputs, 0..<convolution.outputs)
  let x = made(30, convolution.batch * convolution.inputs * convolution.inputPlane)
  let weight = made(31, convolution.weightCount)
  let bias = made(32, convolution.outputs)
  var (dx, dw, db) = (x, weight, bias)
  var y = made(33, convolution.batch * convolution.outputs * convolution.outputPlane)
  let withWorkspace = { (pass: ConvolutionPass, channels: Int, body: (UnsafeMutableRawPointer) -> Void) in
    let workspace = UnsafeMutableRawPointer.allocate(
      byteCount: kernels.convolutionWorkspaceSize(convolution, pass, channels: channels), alignment: 64)
    body(workspace)
    workspace.deallocate()
  }
  withWorkspace(.forward, outputs.count) {
    kernels.convolve(
      convolution, x: x, weight: weight, bias: bias, into: &y, outputs: outputs, workspace: $0)
  }
  withWorkspace(.backwardInput, inputs.count) {
    kernels.convolveBackwardInput(
      convolution, dy: y, weight: weight, into: &dx, inputs: inputs, accumulates: true, workspace: $0)
  }
  withWorkspace(.backwardWeight, outputs.count) {
    kernels.convolveBackwardWeight(convolution, x: x, dy: y, into: &dw, outputs: outputs, workspace: $0)
  }
  kernels.convolveBackwardBias(convolution, dy: y, into: &db, outputs: outputs, accumulates: true)
  digest.add(y + dx + dw + db)
}
