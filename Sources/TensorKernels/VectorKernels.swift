import KernelInterface

/// The kernels of this build, on vectors of 16 lanes. Each file of this folder adds one capability.
///
/// Everything below this type is internal, concrete or inlined: the same sources are linked once for each instruction
/// set, and a function shared between the builds would run one machine's instructions on another.
public struct VectorKernels: Kernels {
  public init() {}

  public var instructionSet: InstructionSet { builtFor }
}

/// The same results as `VectorKernels`, one element at a time, for tests to compare with.
///
/// Where the order of operations is defined (matrix product, sums, elementwise, optimizers, randomness) the results are the
/// same bits. Exponentials, logarithms and what is made of them are computed in Float64 and rounded once.
public struct ReferenceKernels: Kernels {
  public init() {}

  public var instructionSet: InstructionSet { builtFor }
}

#if AVX512
  private let builtFor = InstructionSet.avx512
#elseif arch(arm64)
  private let builtFor = InstructionSet.neon
#else
  private let builtFor = InstructionSet.avx2
#endif
