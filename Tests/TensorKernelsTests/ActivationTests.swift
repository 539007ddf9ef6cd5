import Glibc
import KernelInterface
import Testing

@Suite struct ActivationTests {
  static let activations: [Activation] = [
    .identity, .relu, .leakyReLU(slope: 0.1), .sigmoid, .tanh, .gelu, .geluTanh, .silu,
  ]

  @Test("activations are close to the exact values", arguments: InstructionSet.available, activations)
  func values(set: InstructionSet, activation: Activation) {
    for count in lengths {
      let x = Floats(random: 1, count: count, scale: 8)
      let actual = Floats(count: count)
      let exact = Floats(count: count)
      set.kernels.activate(activation, x.pointer, into: actual.pointer, count: count)
      reference.activate(activation, x.pointer, into: exact.pointer, count: count)
      expectClose(actual.elements, exact.elements) { 1e-6 * max(1, $0) }
      #expect(actual.canariesLive)
    }
  }

  @Test("GELU, SiLU and sigmoid keep their precision far below zero", arguments: InstructionSet.available)
  func tails(set: InstructionSet) {
    let x = Floats((0..<20_000).map { -Float($0) / 1400 })
    for (activation, bound) in [(.gelu, 7), (.silu, 3), (.sigmoid, 2)] as [(Activation, Double)] {
      let y = Floats(count: x.count)
      set.kernels.activate(activation, x.pointer, into: y.pointer, count: x.count)
      let worst = zip(x.elements, y.elements).map { x, y in
        let x = Double(x)
        let exact =
          switch activation {
          case .gelu: x * erfc(-x / 2.0.squareRoot()) / 2
          case .silu: x / (1 + exp(-x))
          default: 1 / (1 + exp(-x))
          }
        return ulps(y, exact)
      }.max()!
      #expect(worst <= bound, "\(activation)")
    }
    let ends = Floats([-.infinity, .infinity, -1e30, 1e30])
    let y = Floats(count: 4)
    set.kernels.activate(.gelu, ends.pointer, into: y.pointer, count: 4)
    #expect(y.elements == [0, .infinity, 0, 1e30])
  }

  @Test("slopes are close to the exact ones, and may be added", arguments: InstructionSet.available, activations)
  func slopes(set: InstructionSet, activation: Activation) {
    for (count, accumulates) in lengths.flatMap({ [($0, false), ($0, true)] }) {
      let x = Floats(random: 1, count: count, scale: 8)
      let y = Floats(count: count)
      let dy = Floats(random: 2, count: count)
      let actual = Floats(random: 3, count: count)
      let exact = Floats(random: 3, count: count)
      set.kernels.activate(activation, x.pointer, into: y.pointer, count: count)
      set.kernels.activateBackward(
        activation, x: x.pointer, y: y.pointer, dy: dy.pointer, into: actual.pointer, count: count,
        accumulates: accumulates)
      reference.activateBackward(
        activation, x: x.pointer, y: y.pointer, dy: dy.pointer, into: exact.pointer, count: count,
        accumulates: accumulates)
      expectClose(actual.elements, exact.elements) { _ in 1e-6 }
      #expect(actual.canariesLive)
    }
  }

  @Test("the reference's slopes are those of its values", arguments: activations)
  func centralDifferences(activation: Activation) {
    let points: [Float] = [-6, -2.5, -1, -0.25, 0.125, 0.75, 1.5, 4]
    let step: Float = 1 / 64
    for point in points {
      let x = Floats([point - step, point, point + step])
      let y = Floats(count: 3)
      reference.activate(activation, x.pointer, into: y.pointer, count: 3)
      let slope = Floats(count: 3)
      let ones = Floats([1, 1, 1])
      reference.activateBackward(
        activation, x: x.pointer, y: y.pointer, dy: ones.pointer, into: slope.pointer, count: 3,
        accumulates: false)
      let difference = (y.elements[2] - y.elements[0]) / (2 * step)
      #expect((difference - slope.elements[1]).magnitude < 2e-4, "\(activation) at \(point)")
    }
  }

  @Test("NaN stays NaN, forward and backward", arguments: InstructionSet.available, activations)
  func nan(set: InstructionSet, activation: Activation) {
    let x = Floats([.nan, 1, .nan])
    let y = Floats(count: 3)
    set.kernels.activate(activation, x.pointer, into: y.pointer, count: 3)
    #expect(y.elements.map(\.isNaN) == [true, false, true])
    let dx = Floats(count: 3)
    let dy = Floats([1, .nan, 1])
    set.kernels.activateBackward(
      activation, x: x.pointer, y: y.pointer, dy: dy.pointer, into: dx.pointer, count: 3,
      accumulates: false)
    #expect(dx.elements[1].isNaN)
    if activation != .identity { #expect(dx.elements[0].isNaN) }
  }

  @Test("ReLU is flat at zero and the infinities go where they belong", arguments: InstructionSet.available)
  func relu(set: InstructionSet) {
    let x = Floats([0, -0.0, .infinity, -.infinity, -2, 3])
    let y = Floats(count: 6)
    set.kernels.activate(.relu, x.pointer, into: y.pointer, count: 6)
    #expect(y.elements == [0, 0, .infinity, 0, 0, 3])
    let dx = Floats(count: 6)
    let dy = Floats([Float](repeating: 5, count: 6))
    set.kernels.activateBackward(
      .relu, x: x.pointer, y: y.pointer, dy: dy.pointer, into: dx.pointer, count: 6,
      accumulates: false)
    #expect(dx.elements == [0, 0, 5, 0, 0, 5])
  }

  @Test("every build gives the same bits", arguments: activations)
  func sameBits(activation: Activation) {
    let x = Floats(random: 1, count: 1003, scale: 12)
    let dy = Floats(random: 2, count: 1003)
    let results = InstructionSet.available.map { set in
      let (y, dx) = (Floats(count: 1003), Floats(random: 3, count: 1003))
      set.kernels.activate(activation, x.pointer, into: y.pointer, count: 1003)
      set.kernels.activateBackward(
        activation, x: x.pointer, y: y.pointer, dy: dy.pointer, into: dx.pointer, count: 1003, accumulates: true)
      return y.elements + dx.elements
    }
    for result in results { expectSameBits(result, results[0]) }
  }
}
