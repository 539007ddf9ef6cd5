/// The table of kernel entry points: every build of the kernels (AVX2, AVX-512, NEON) is one value of this type.
///
/// The rules every build keeps, so that results are the same bits on every machine:
/// - the order of each floating-point reduction is a function of shape alone and is stated below;
/// - the logical vector is 16 lanes wide; a horizontal sum of 16 lanes is the tree
///   `((0+8)+(4+12)) + ((2+10)+(6+14))`, ... that is: halves are added, then quarters, then pairs, then the two;
/// - a multiply followed by an add is fused.
///
/// Kernels run on the calling thread and see only pointers. Pointers are to `Float` unless said otherwise, matrices are
/// row-major. `count` may be zero. Outputs may be the same memory as an input of the same shape, never overlap in part.
public protocol Kernels:
  MatrixProductKernels, AttentionKernels, ConvolutionKernels, PoolingKernels, NormalizationKernels, RecurrentKernels,
  EmbeddingKernels, ElementwiseKernels, ReductionKernels, ActivationKernels, LossKernels, RandomnessKernels,
  MovementKernels, RotaryKernels, NumberFormatKernels, OptimizerKernels, PeakKernels
{
  var instructionSet: InstructionSet { get }
}

/// The processor extensions a build of the kernels needs.
public enum InstructionSet: String, CaseIterable, Sendable {
  case avx2, avx512, neon
}
