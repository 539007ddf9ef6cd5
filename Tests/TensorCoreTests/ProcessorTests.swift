import Glibc
import Testing

@testable import TensorCore

@Suite("The processor")
struct ProcessorTests {
  @Test("the kernel's spelling of processor sets")
  func lists() {
    #expect(Processor.processors(inList: "0\n") == [0])
    #expect(Processor.processors(inList: "\t0-3,8,10-11\n") == [0, 1, 2, 3, 8, 10, 11])
    #expect(Processor.processors(inList: "") == [])
  }

  @Test("this process may run somewhere, and no wider than the machine is")
  func affinity() {
    let processors = Processor.affinity()
    #expect(!processors.isEmpty)
    #expect(processors.count <= sysconf(Int32(_SC_NPROCESSORS_CONF)))
  }

  @Test("a backend computes with the instruction set it was made for")
  func backends() {
    for instructionSet in Processor.supportedInstructionSets {
      #expect(Backend(instructionSet: instructionSet, threads: 1).kernels.instructionSet == instructionSet)
    }
    #expect(Backend(threads: 1).kernels.instructionSet == Processor.widestInstructionSet)
  }

  @Test(
    "a thread that moves away is on another processor and may still use all of its own",
    .enabled(if: Processor.affinity().count > 1, "there is one processor"))
  func movingAway() {
    let allowed = Processor.affinity()
    for processor in allowed {
      Processor.moveThisThread(awayFrom: processor)
      #expect(Processor.affinity() == allowed)
    }
    // The scheduler may move it back at any time, but hardly every time.
    let stays = (0..<20).count { _ in
      let before = Processor.current
      Processor.moveThisThread(awayFrom: before)
      return Processor.current == before
    }
    #expect(stays < 20)
  }
}
