import KernelInterface

func probeEmbedding(_ kernels: any Kernels, _ digest: inout Digest) {
}
