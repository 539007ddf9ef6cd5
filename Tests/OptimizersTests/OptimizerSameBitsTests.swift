import Optimizers
import TensorCore
import Testing

@Suite("Optimizers give the same bits")
struct OptimizerSameBitsTests {
  @Test("an update range by range is an update of all", arguments: OptimizerRun.allOptions)
  func ranges(options: OptimizerOptions) {
    let whole = OptimizerRun(options, steps: 3)
    // Cuts on and off the borders of vectors, cache lines and parameters, an empty range, ranges out of order.
    let count = whole.count
    let cuts = [0, 1, 16, 16, 17, 80, 1000, count - 7, count]
    let ranges = zip(cuts, cuts.dropFirst()).map { $0..<$1 }
    let cut = OptimizerRun(options)
    for step in 0..<3 {
      for range in ranges.reversed() { cut.update(range: range, step: step) }
    }
    #expect(cut.bits == whole.bits)
  }

  @Test("an update of a range leaves everything else alone", arguments: OptimizerRun.allOptions)
  func rangeAlone(options: OptimizerOptions) {
    let before = OptimizerRun(options, steps: 2)
    let after = OptimizerRun(options, steps: 2)
    let range = 35..<90
    after.update(range: range, step: 2)
    for (old, new) in zip(before.bits, after.bits) {
      let changed = old.indices.filter { old[$0] != new[$0] }
      #expect(!changed.isEmpty && changed.allSatisfy(range.contains))
    }
  }

  @Test("one, two and three threads agree", arguments: OptimizerRun.allOptions)
  func threads(options: OptimizerOptions) {
    let one = OptimizerRun(options, steps: 3).bits
    for threads in 2...3 {
      #expect(OptimizerRun(options, on: Backend(threads: threads), steps: 3).bits == one, "\(threads) threads")
    }
  }

  @Test("all instruction sets agree", arguments: OptimizerRun.allOptions)
  func instructionSets(options: OptimizerOptions) {
    let widest = OptimizerRun(options, steps: 3).bits
    for instructionSet in Processor.supportedInstructionSets {
      let backend = Backend(instructionSet: instructionSet, threads: 1)
      #expect(OptimizerRun(options, on: backend, steps: 3).bits == widest, "\(instructionSet)")
    }
  }

  @Test("the padding between parameters stays zero, in parameters and state", arguments: OptimizerRun.allOptions)
  func padding(options: OptimizerOptions) {
    let run = OptimizerRun(options, steps: 5)
    let used = Set(run.layout.entries.flatMap(\.range))
    #expect(used.count < run.count)
    for bits in run.bits {
      #expect(bits.indices.allSatisfy { used.contains($0) || bits[$0] == 0 })
    }
  }

  @Test("arenas of different layouts are refused")
  func differentLayouts() async {
    await #expect(processExitsWith: .failure) {
      let backend = Backend()
      let layout = ParameterLayout(of: [[16], [16]])
      // As long, but cut differently.
      let other = ParameterLayout(of: [[32]])
      Optimizer(OptimizerOptions(.sgd()), layout: layout, on: backend).update(
        parameters: Arena(layout, on: backend), gradients: Arena(other, on: backend), gradientScale: 1,
        learningRate: 0.1, step: 0)
    }
  }
}
