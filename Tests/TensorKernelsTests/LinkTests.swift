import KernelInterface
import TensorKernelsAVX2
import TensorKernelsAVX512
import Testing

@Test("links") func links() { #expect(TensorKernelsAVX2.VectorKernels().instructionSet == .avx2) }
