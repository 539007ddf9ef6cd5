import FoundationEssentials
import KernelInterface

#if arch(x86_64)
  import TensorKernelsAVX2
  import TensorKernelsAVX512
#else
  import TensorKernels
#endif

extension InstructionSet {
  /// The builds that this machine can run.
  static var available: [InstructionSet] {
    #if arch(x86_64)
      let cpu = String(decoding: FileManager.default.contents(atPath: "/proc/cpuinfo") ?? Data(), as: UTF8.self)
      let extensions = ["avx512f", "avx512dq", "avx512bw", "avx512vl"]
      return extensions.allSatisfy { cpu.contains($0) } ? [.avx2, .avx512] : [.avx2]
    #else
      return [.neon]
    #endif
  }

  var kernels: any Kernels {
    #if arch(x86_64)
      switch self {
      case .avx512: TensorKernelsAVX512.VectorKernels()
      default: TensorKernelsAVX2.VectorKernels()
      }
    #else
      TensorKernels.VectorKernels()
    #endif
  }
}

#if arch(x86_64)
  let reference = TensorKernelsAVX2.ReferenceKernels()
#else
  let reference = TensorKernels.ReferenceKernels()
#endif

/// The function in Float64.
func exactly(_ function: ElementaryFunction, _ x: Double) -> Double { type(of: reference).exactly(function, x) }

/// Around a vector, around four of them, and a few larger.
let lengths = [0, 1, 2, 7, 15, 16, 17, 31, 32, 33, 47, 48, 63, 64, 65, 79, 80, 127, 129, 1000, 1003]
