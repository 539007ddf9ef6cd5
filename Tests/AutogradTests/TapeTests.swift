import Autograd
import KernelInterface
import TensorCore
import TestSupport
import Testing

@Suite("The tape")
struct TapeTests {
  private let backend = Backend(threads: 1)

  /// Two parameters of three values each, [1, 2, 3] and [10, 20, 30], and an arena of NaN for their gradients.
  private func arenas() -> (parameters: Arena, gradients: Arena) {
    var layout = ParameterLayout()
    let first = layout.append(name: "first", shape: [3])
    let second = layout.append(name: "second", shape: [3])
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    parameters.write([1, 2, 3], to: first)
    parameters.write([10, 20, 30], to: second)
    for index in [first, second] { gradients.write([.nan, .nan, .nan], to: index) }
    return (parameters, gradients)
  }

  @Test("a parameter that the loss does not depend on gets zeros")
  func unusedParameter() {
    let (parameters, gradients) = arenas()
    let tape = Tape(parameters: parameters, gradients: gradients)
    _ = 2 * tape.parameter(1)
    tape.backward(from: tape.parameter(0).sum())
    #expect(gradients.tensor(0).values == [1, 1, 1])
    #expect(gradients.tensor(1).values == [0, 0, 0])
  }

  @Test("a loss of data alone gives zeros everywhere")
  func constantLoss() {
    let (parameters, gradients) = arenas()
    let tape = Tape(parameters: parameters, gradients: gradients)
    tape.backward(from: tape.constant(Tensor(filledWith: 3, [4], on: backend)).sum())
    #expect(gradients.tensor(0).values == [0, 0, 0])
    #expect(gradients.tensor(1).values == [0, 0, 0])
  }

  @Test("a residual connection adds both ways' gradients")
  func residual() {
    let (parameters, gradients) = arenas()
    let tape = Tape(parameters: parameters, gradients: gradients)
    let x = 1 * tape.parameter(0)
    let y = x + x * tape.parameter(1)
    let z = y + 0.5 * y
    tape.backward(from: (z + x).sum())
    #expect(gradients.tensor(0).values == [17.5, 32.5, 47.5], "1.5 (1 + b) + 1")
    #expect(gradients.tensor(1).values == [1.5, 3, 4.5], "1.5 a")
  }

  @Test("a gradient passed on to two variables is not changed through one of them")
  func sharedGradient() {
    let (parameters, gradients) = arenas()
    let tape = Tape(parameters: parameters, gradients: gradients)
    let (a, b) = (1 * tape.parameter(0), 1 * tape.parameter(1))
    let more = 5 * a
    tape.backward(from: ((a + b) + more).sum())
    #expect(gradients.tensor(0).values == [6, 6, 6])
    #expect(gradients.tensor(1).values == [1, 1, 1])
  }

  @Test("without a gradient arena nothing is recorded and values are the same")
  func inference() {
    let (parameters, gradients) = arenas()
    let recording = Tape(parameters: parameters, gradients: gradients)
    let inference = Tape(parameters: parameters, gradients: nil)
    #expect(!inference.isRecording)
    #expect(!(inference.parameter(0) * inference.parameter(1)).needsGradient)
    let values = [recording, inference].map { ($0.parameter(0) * $0.parameter(1)).activated(.tanh).value.values }
    #expect(values[0] == values[1])
  }

  @Test("a gradient replaces what an earlier step left in the arena")
  func secondStep() {
    let (parameters, gradients) = arenas()
    for factor in [2, 3] as [Float] {
      let tape = Tape(parameters: parameters, gradients: gradients)
      tape.backward(from: (factor * tape.parameter(0)).sum())
      #expect(gradients.tensor(0).values == [factor, factor, factor])
    }
  }

  @Test("the backward pass leaves the parameters as they were")
  func parametersUntouched() {
    let (parameters, gradients) = arenas()
    let tape = Tape(parameters: parameters, gradients: gradients)
    let y = tape.parameter(0).activated(.identity).reshaped(to: [1, 3]).reshaped(to: [3]) + tape.parameter(1)
    tape.backward(from: (y + tape.parameter(0)).sum())
    #expect(parameters.tensor(0).values == [1, 2, 3])
    #expect(parameters.tensor(1).values == [10, 20, 30])
    #expect(gradients.tensor(0).values == [2, 2, 2])
  }

  @Test("the batch's value of a running statistic takes the place of a gradient")
  func statistics() {
    let backend = Backend()
    var layout = ParameterLayout()
    let weight = layout.append(name: "weight", shape: [2])
    let mean = layout.append(name: "mean", shape: [2], role: .runningStatistic(momentum: 0.1))
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    let tape = Tape(parameters: parameters, gradients: gradients)
    tape.observe(Tensor([3, -4], [2], on: backend), ofStatistic: mean)
    tape.backward(from: tape.parameter(weight).sum())
    #expect(gradients.tensor(weight).values == [1, 1])
    #expect(gradients.tensor(mean).values == [3, -4])
  }
}
