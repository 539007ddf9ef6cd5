/// LSTM and GRU cells. The rules of `Kernels` hold.
public protocol RecurrentKernels: Sendable {
}
