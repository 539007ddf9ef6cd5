import KernelInterface
import Testing

@Suite struct OptimizerStepTests {
  static let adamSteps = [
    AdamStep(
      learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, biasCorrection1: 0.1, biasCorrection2: 0.001,
      gradientScale: 0.25, l2Penalty: 0, decoupledWeightDecay: 0),
    AdamStep(
      learningRate: 3e-2, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, biasCorrection1: 0.488, biasCorrection2: 0.142,
      gradientScale: 1, l2Penalty: 0.02, decoupledWeightDecay: 0.1),
  ]

  @Test("Adam gives the reference's bits at every length", arguments: InstructionSet.available)
  func adam(set: InstructionSet) {
    for (step, count) in Self.adamSteps.flatMap({ step in lengths.map { (step, $0) } }) {
      let gradients = Floats(random: 1, count: count)
      let run = { (kernels: any Kernels) -> [Floats] in
        let p = Floats(random: 2, count: count)
        let m = Floats(random: 3, count: count)
        let v = Floats(randomFloats(4, count: count).map(\.magnitude))
        for _ in 0..<3 {
          kernels.adam(
            step, parameters: p.pointer, gradients: gradients.pointer, firstMoments: m.pointer,
            secondMoments: v.pointer,
            count: count)
        }
        return [p, m, v]
      }
      for (actual, expected) in zip(run(set.kernels), run(reference)) {
        expectSameBits(actual.elements, expected.elements, "\(count) elements")
        #expect(actual.canariesLive)
      }
    }
  }

  @Test("an Adam step follows the paper's formula", arguments: InstructionSet.available)
  func adamFormula(set: InstructionSet) {
    for step in Self.adamSteps {
      let (p, g, m, v) = (Floats([0.5]), Floats([-0.3]), Floats([0.2]), Floats([0.04]))
      set.kernels.adam(
        step, parameters: p.pointer, gradients: g.pointer, firstMoments: m.pointer, secondMoments: v.pointer, count: 1)
      let gradient = Double(step.gradientScale) * -0.3 + Double(step.l2Penalty) * 0.5
      let moment = Double(step.beta1) * 0.2 + (1 - Double(step.beta1)) * gradient
      let square = Double(step.beta2) * 0.04 + (1 - Double(step.beta2)) * gradient * gradient
      let rate = Double(step.learningRate)
      let decayed = 0.5 - rate * Double(step.decoupledWeightDecay) * 0.5
      let deviation = (square / Double(step.biasCorrection2)).squareRoot() + Double(step.epsilon)
      let expected = decayed - rate * moment / Double(step.biasCorrection1) / deviation
      #expect((Double(p.elements[0]) - expected).magnitude < 2e-7)
      #expect((Double(m.elements[0]) - moment).magnitude < 1e-7)
      #expect((Double(v.elements[0]) - square).magnitude < 1e-8)
    }
  }

  @Test("without a gradient Adam's first step changes nothing", arguments: InstructionSet.available)
  func adamAtRest(set: InstructionSet) {
    let p = Floats(random: 5, count: 20)
    let before = p.elements
    let (g, m, v) = (
      Floats([Float](repeating: 0, count: 20)), Floats([Float](repeating: 0, count: 20)),
      Floats([Float](repeating: 0, count: 20))
    )
    set.kernels.adam(
      Self.adamSteps[0], parameters: p.pointer, gradients: g.pointer, firstMoments: m.pointer, secondMoments: v.pointer,
      count: 20)
    expectSameBits(p.elements, before)
  }

  @Test("momentum gives the reference's bits and follows its formula", arguments: InstructionSet.available)
  func momentum(set: InstructionSet) {
    let step = MomentumStep(learningRate: 0.1, momentum: 0.9, gradientScale: 0.5, l2Penalty: 0.01)
    for count in lengths {
      let g = Floats(random: 1, count: count)
      let (p, v) = (Floats(random: 2, count: count), Floats(random: 3, count: count))
      let (p2, v2) = (Floats(random: 2, count: count), Floats(random: 3, count: count))
      set.kernels.momentum(step, parameters: p.pointer, gradients: g.pointer, velocities: v.pointer, count: count)
      reference.momentum(step, parameters: p2.pointer, gradients: g.pointer, velocities: v2.pointer, count: count)
      expectSameBits(p.elements, p2.elements)
      expectSameBits(v.elements, v2.elements)
    }
    let (p, g, v) = (Floats([2]), Floats([0.4]), Floats([0.3]))
    set.kernels.momentum(step, parameters: p.pointer, gradients: g.pointer, velocities: v.pointer, count: 1)
    let velocity = 0.9 * 0.3 + 0.1 * (0.5 * 0.4 + 0.01 * 2)
    #expect((Double(v.elements[0]) - velocity).magnitude < 1e-7)
    #expect((Double(p.elements[0]) - (2 - velocity)).magnitude < 2e-7)
  }

  @Test("RMSProp gives the reference's bits and follows its formula", arguments: InstructionSet.available)
  func rmsProp(set: InstructionSet) {
    let step = RMSPropStep(learningRate: 0.01, decay: 0.99, epsilon: 1e-8, gradientScale: 2, l2Penalty: 0.1)
    for count in lengths {
      let g = Floats(random: 1, count: count)
      let (p, p2) = (Floats(random: 2, count: count), Floats(random: 2, count: count))
      let squares = randomFloats(3, count: count).map(\.magnitude)
      let (s, s2) = (Floats(squares), Floats(squares))
      set.kernels.rmsProp(step, parameters: p.pointer, gradients: g.pointer, squareAverages: s.pointer, count: count)
      reference.rmsProp(step, parameters: p2.pointer, gradients: g.pointer, squareAverages: s2.pointer, count: count)
      expectSameBits(p.elements, p2.elements)
      expectSameBits(s.elements, s2.elements)
    }
    let (p, g, s) = (Floats([2]), Floats([0.4]), Floats([0.3]))
    set.kernels.rmsProp(step, parameters: p.pointer, gradients: g.pointer, squareAverages: s.pointer, count: 1)
    let average = 0.99 * 0.3 + 0.01 * 1.0
    #expect((Double(s.elements[0]) - average).magnitude < 1e-7)
    #expect((Double(p.elements[0]) - (2 - 0.01 / average.squareRoot())).magnitude < 2e-7)
  }

  @Test("a NaN gradient reaches the parameter", arguments: InstructionSet.available)
  func nan(set: InstructionSet) {
    let g = Floats([Float](repeating: 0, count: 16) + [.nan])
    let (p, m, v) = (Floats(random: 1, count: 17), Floats(count: 17), Floats([Float](repeating: 1, count: 17)))
    set.kernels.adam(
      Self.adamSteps[0], parameters: p.pointer, gradients: g.pointer, firstMoments: m.pointer, secondMoments: v.pointer,
      count: 17)
    #expect(p.elements.map(\.isNaN) == [Bool](repeating: false, count: 16) + [true])
  }
}
