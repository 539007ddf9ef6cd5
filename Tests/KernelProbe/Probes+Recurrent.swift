import KernelInterface

func probeRecurrent(_ kernels: any Kernels, _ digest: inout Digest) {
}
