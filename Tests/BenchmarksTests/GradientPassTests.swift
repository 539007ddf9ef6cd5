import TensorCore
import Testing

@testable import Benchmarks

@Suite struct GradientPassTests {
  @Test("the backward pass runs from the gradient of the result to every operand")
  func backward() {
    let backend = Backend()
    var recorded: [Bool] = []
    let pass = GradientPass([[2, 3], [3, 4]], on: backend) { tape in
      recorded.append(tape.isRecording)
      return tape.parameter(0).matrixProduct(tape.parameter(1))
    }
    pass.forward()
    pass.forwardAndBackward()
    #expect(recorded == [false, false, true])
    for operand in 0..<2 { #expect(pass.gradients.tensor(operand).values.contains { $0 != 0 }) }
  }
}
