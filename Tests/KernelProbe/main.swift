// Runs every kernel of one build on made-up data and prints a digest of the bits of all results.
//
//     kernel-probe avx2 | avx512
//     kernel-probe floats avx2 avx512      tries the elementary functions on all 2^32 floats instead, in these builds
//
// The builds are linked into one program as in `revoada`. Run on an emulated processor without AVX-512, it shows that
// nothing compiled for AVX-512 is called by the AVX2 build; the digests show that both compute the same bits.

import Glibc
import KernelInterface
import TensorKernelsAVX2
import TensorKernelsAVX512

func kernels(_ name: String?) -> any Kernels {
  switch name {
  case "avx2": TensorKernelsAVX2.VectorKernels()
  case "avx512": TensorKernelsAVX512.VectorKernels()
  default: preconditionFailure("usage: kernel-probe [floats] avx2|avx512 ...")
  }
}
let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "floats" { exit(sweepAllFloats(arguments.dropFirst().map(kernels)) ? 0 : 1) }
let build = kernels(arguments.last)
var digest = Digest()
let probes = [
  probeElementwise, probeActivations, probeRows, probeOptimizers, probeProducts, probeAttention, probeConvolution,
  probePooling, probeNormalization, probeRecurrent, probeEmbedding, probeBroadcasting, probeMovement, probeRotary,
  probeNumberFormats, probePeak,
]
for probe in probes { probe(build, &digest) }
print(digest)
