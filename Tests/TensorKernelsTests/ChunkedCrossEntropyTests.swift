import KernelInterface
import Testing

@Suite struct ChunkedCrossEntropyTests {
  static let shapes = [(1, 1), (3, 2), (17, 15), (5, 16), (2, 33), (33, 511), (4, 512), (3, 513), (2, 1600), (0, 7)]

  private struct Result {
    let losses: Floats
    let dx: Floats
  }

  /// Losses and gradients of logits [rows, classes] that come in chunks of `chunk` classes.
  private func run(
    _ kernels: any Kernels, _ logits: Floats, _ labels: Guarded<Int32>, classes: Int, chunk: Int, inPlace: Bool = false
  ) -> Result {
    let rows = labels.count
    let memory = Floats(count: rows * SoftmaxStatistics.width)
    let losses = Floats(count: rows)
    let dx = Floats(inPlace ? logits.elements : [Float](repeating: 0, count: rows * classes))
    let chunks = stride(from: 0, to: classes, by: chunk).map { first in
      LogitsChunk(
        logits: (inPlace ? dx : logits).pointer + first, stride: classes, rows: rows,
        columns: min(chunk, classes - first), firstClass: first, labels: labels.pointer)
    }
    let known = SoftmaxStatistics(memory.pointer)
    for chunk in chunks { kernels.continueSoftmax(chunk, statistics: known) }
    kernels.crossEntropyOfStatistics(known, into: losses.pointer, rows: rows)
    for chunk in chunks {
      kernels.crossEntropyOfChunkBackward(
        chunk, statistics: known, scale: 0.125, into: dx.pointer + chunk.firstClass)
    }
    #expect(memory.canariesLive && losses.canariesLive && dx.canariesLive)
    return Result(losses: losses, dx: dx)
  }

  private func labels(_ rows: Int, _ classes: Int) -> Guarded<Int32> {
    Guarded((0..<rows).map { Int32(($0 * 97 + classes - 1) % classes) })
  }

  @Test("losses and gradients are close to the exact ones", arguments: InstructionSet.available)
  func closeness(set: InstructionSet) {
    for (rows, classes) in Self.shapes {
      let (x, labels) = (Floats(random: 1, count: rows * classes, scale: 10), labels(rows, classes))
      let actual = run(set.kernels, x, labels, classes: classes, chunk: 512)
      let (losses, dx) = (Floats(count: rows), Floats(count: rows * classes))
      reference.crossEntropyRows(
        logits: x.pointer, labels: labels.pointer, into: losses.pointer, rows: rows, columns: classes)
      reference.crossEntropyRowsBackward(
        logits: x.pointer, labels: labels.pointer, scale: 0.125, into: dx.pointer, rows: rows, columns: classes,
        accumulates: false)
      expectClose(actual.losses.elements, losses.elements) { _ in 4e-6 }
      expectClose(actual.dx.elements, dx.elements) { _ in 1e-7 }
      let plain = run(reference, x, labels, classes: classes, chunk: 512)
      expectClose(plain.losses.elements, losses.elements) { _ in 4e-6 }
      expectClose(plain.dx.elements, dx.elements) { _ in 1e-7 }
    }
  }

  @Test(
    "where classes are cut, and writing over the logits, does not change a bit", arguments: InstructionSet.available)
  func chunks(set: InstructionSet) {
    let (x, labels) = (Floats(random: 2, count: 5 * 2100, scale: 20), Guarded<Int32>([0, 511, 512, 1024, 2099]))
    // A label that begins a chunk, of a class that is likely.
    x.pointer[3 * 2100 + 1024] = 19.5
    let whole = run(set.kernels, x, labels, classes: 2100, chunk: 2100)
    for (chunk, inPlace) in [(512, false), (1024, true), (1536, false)] {
      let cut = run(set.kernels, x, labels, classes: 2100, chunk: chunk, inPlace: inPlace)
      expectSameBits(cut.losses.elements, whole.losses.elements)
      expectSameBits(cut.dx.elements, whole.dx.elements)
    }
  }

  @Test("every build gives the same bits")
  func sameBits() {
    for (rows, classes) in Self.shapes {
      let (x, labels) = (Floats(random: 3, count: rows * classes, scale: 30), labels(rows, classes))
      let results = InstructionSet.available.map { run($0.kernels, x, labels, classes: classes, chunk: 512) }
      for result in results {
        expectSameBits(result.losses.elements, results[0].losses.elements)
        expectSameBits(result.dx.elements, results[0].dx.elements)
      }
    }
  }

  @Test("logits of minus infinity count for nothing, NaN and infinity give NaN", arguments: InstructionSet.available)
  func extremes(set: InstructionSet) {
    var rows = [Float](repeating: -.infinity, count: 4 * 600)
    // One finite class in the second chunk; a huge one; a NaN; an infinity.
    rows[599] = 5
    rows[600 + 3] = 1e30
    rows[1200 + 7] = .nan
    rows[1800 + 7] = .infinity
    let result = run(set.kernels, Floats(rows), Guarded<Int32>([599, 3, 0, 7]), classes: 600, chunk: 512)
    #expect(result.losses.elements[0] == 0 && result.losses.elements[1] == 0)
    #expect(result.losses.elements[2].isNaN && result.losses.elements[3].isNaN)
    #expect(result.dx.elements[..<1200].allSatisfy { $0 == 0 })
    #expect(result.dx.elements[1200..<1800].allSatisfy { $0.isNaN })
  }
}
