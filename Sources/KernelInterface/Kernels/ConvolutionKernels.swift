/// Convolutions, forward and both backwards. The rules of `Kernels` hold.
public protocol ConvolutionKernels: Sendable {
}
