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
}
