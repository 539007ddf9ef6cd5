import KernelInterface
import Testing

@Suite struct LossTests {
  private func labels(_ rows: Int, _ columns: Int) -> Guarded<Int32> {
    Guarded((0..<rows).map { Int32(($0 * 7 + 3) % columns) })
  }

  @Test("cross-entropy and its gradient are close to the exact ones", arguments: InstructionSet.available)
  func crossEntropy(set: InstructionSet) {
    for ((rows, columns), accumulates) in SoftmaxTests.shapes.flatMap({ [($0, false), ($0, true)] }) {
      let x = Floats(random: 1, count: rows * columns, scale: 10)
      let labels = labels(rows, columns)
      let (losses, exactLosses) = (Floats(count: rows), Floats(count: rows))
      let (dx, exact) = (Floats(random: 2, count: rows * columns), Floats(random: 2, count: rows * columns))
      for (kernels, losses, dx) in [(set.kernels, losses, dx), (reference, exactLosses, exact)]
        as [(any Kernels, Floats, Floats)]
      {
        kernels.crossEntropyRows(
          logits: x.pointer, labels: labels.pointer, into: losses.pointer, rows: rows, columns: columns)
        kernels.crossEntropyRowsBackward(
          logits: x.pointer, labels: labels.pointer, scale: 0.125, into: dx.pointer, rows: rows, columns: columns,
          accumulates: accumulates)
      }
      expectClose(losses.elements, exactLosses.elements) { _ in 4e-6 }
      expectClose(dx.elements, exact.elements) { _ in 1.5e-7 }
      #expect(losses.canariesLive && dx.canariesLive)
    }
  }

  @Test("cross-entropy of huge logits is finite, of a NaN is NaN", arguments: InstructionSet.available)
  func extremeLogits(set: InstructionSet) {
    let x = Floats([1e30, -1e30, 0, 1, .nan, 1])
    let losses = Floats(count: 3)
    let labels = Guarded<Int32>([0, 1, 1])
    set.kernels.crossEntropyRows(
      logits: x.pointer, labels: labels.pointer, into: losses.pointer, rows: 3, columns: 2)
    #expect(losses.elements[0] == 0)
    #expect((losses.elements[1] - 0.313_261_7).magnitude < 1e-6)
    #expect(losses.elements[2].isNaN)
  }

  static let pointwise: [PointwiseLoss] = [.squaredError, .absoluteError, .binaryCrossEntropyWithLogits]

  @Test("pointwise losses and slopes are close to the exact ones", arguments: InstructionSet.available, pointwise)
  func pointwiseLosses(set: InstructionSet, loss: PointwiseLoss) {
    for (count, accumulates) in lengths.flatMap({ [($0, false), ($0, true)] }) {
      let x = Floats(random: 1, count: count, scale: 6)
      let t = Floats(randomFloats(2, count: count).map(\.magnitude))
      let (actual, exact) = (Floats(count: count), Floats(count: count))
      let (dx, exactDx) = (Floats(random: 3, count: count), Floats(random: 3, count: count))
      for (kernels, losses, dx) in [(set.kernels, actual, dx), (reference, exact, exactDx)]
        as [(any Kernels, Floats, Floats)]
      {
        kernels.pointwiseLoss(loss, predictions: x.pointer, targets: t.pointer, into: losses.pointer, count: count)
        kernels.pointwiseLossBackward(
          loss, predictions: x.pointer, targets: t.pointer, scale: 0.5, into: dx.pointer, count: count,
          accumulates: accumulates)
      }
      expectClose(actual.elements, exact.elements) { 3e-7 * max(1, $0) }
      expectClose(dx.elements, exactDx.elements) { 3e-7 * max(1, $0) }
      #expect(actual.canariesLive && dx.canariesLive)
    }
  }

  @Test("a slope is the loss's central difference", arguments: pointwise)
  func centralDifferences(loss: PointwiseLoss) {
    for (x, t) in [(-3, 0.25), (-0.5, 1), (0.75, 0), (2, 0.5)] as [(Float, Float)] {
      let (losses, dx) = (Floats(count: 2), Floats(count: 1))
      let step: Float = 1 / 128
      let (around, targets) = (Floats([x - step, x + step]), Floats([t, t]))
      let (point, target) = (Floats([x]), Floats([t]))
      reference.pointwiseLoss(
        loss, predictions: around.pointer, targets: targets.pointer, into: losses.pointer,
        count: 2)
      reference.pointwiseLossBackward(
        loss, predictions: point.pointer, targets: target.pointer, scale: 1, into: dx.pointer, count: 1,
        accumulates: false)
      let difference = (losses.elements[1] - losses.elements[0]) / (2 * step)
      #expect((difference - dx.elements[0]).magnitude < 1e-4, "\(loss) at \(x), \(t)")
    }
  }

  @Test(
    "equal values have slope 0, NaN stays NaN, confident logits do not overflow", arguments: InstructionSet.available)
  func specialValues(set: InstructionSet) {
    let (x, t) = (Floats([2, .nan, 1]), Floats([2, 0, .nan]))
    let dx = Floats(count: 3)
    set.kernels.pointwiseLossBackward(
      .absoluteError, predictions: x.pointer, targets: t.pointer, scale: 1, into: dx.pointer, count: 3,
      accumulates: false)
    expectSameBits(dx.elements, [0, .nan, .nan])
    let losses = Floats(count: 4)
    let (logits, targets) = (Floats([1000, 1000, -1000, -1000]), Floats([1, 0, 1, 0]))
    set.kernels.pointwiseLoss(
      .binaryCrossEntropyWithLogits, predictions: logits.pointer,
      targets: targets.pointer, into: losses.pointer, count: 4)
    #expect(losses.elements == [0, 1000, 1000, 0])
  }

  @Test("every build gives the same bits")
  func sameBits() {
    let x = Floats(random: 1, count: 530, scale: 9)
    let t = Floats(randomFloats(2, count: 530).map(\.magnitude))
    let labels = labels(53, 10)
    let results = InstructionSet.available.map { set in
      let outputs = (0..<5).map { Floats(random: UInt64($0), count: 530) }
      set.kernels.softmaxRows(x.pointer, into: outputs[0].pointer, rows: 53, columns: 10)
      set.kernels.crossEntropyRows(
        logits: x.pointer, labels: labels.pointer, into: outputs[1].pointer, rows: 53, columns: 10)
      set.kernels.crossEntropyRowsBackward(
        logits: x.pointer, labels: labels.pointer, scale: 0.01, into: outputs[2].pointer, rows: 53, columns: 10,
        accumulates: true)
      set.kernels.pointwiseLoss(
        .binaryCrossEntropyWithLogits, predictions: x.pointer, targets: t.pointer, into: outputs[3].pointer, count: 530)
      set.kernels.pointwiseLossBackward(
        .binaryCrossEntropyWithLogits, predictions: x.pointer, targets: t.pointer, scale: 0.1, into: outputs[4].pointer,
        count: 530, accumulates: true)
      return outputs.flatMap(\.elements)
    }
    for result in results { expectSameBits(result, results[0]) }
  }
}
