/// Maximum and average over windows. The rules of `Kernels` hold.
public protocol PoolingKernels: Sendable {
}
