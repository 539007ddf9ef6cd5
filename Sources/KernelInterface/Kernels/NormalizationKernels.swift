/// Layer, root-mean-square, batch and group normalisation. The rules of `Kernels` hold.
public protocol NormalizationKernels: Sendable {
}
