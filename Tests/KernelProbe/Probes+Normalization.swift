import KernelInterface

func probeNormalization(_ kernels: any Kernels, _ digest: inout Digest) {
}
