import KernelInterface

func probePooling(_ kernels: any Kernels, _ digest: inout Digest) {
}
