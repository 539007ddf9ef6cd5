/// Attention, forward, backward and with a cache. The rules of `Kernels` hold.
public protocol AttentionKernels: Sendable {
}
