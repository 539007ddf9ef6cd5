import KernelInterface

func probeAttention(_ kernels: any Kernels, _ digest: inout Digest) {
}
