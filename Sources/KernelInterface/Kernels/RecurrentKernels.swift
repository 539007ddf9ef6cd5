/// LSTM and GRU cells. The rules of `Kernels` hold.
///
/// A pass goes through all time steps of its rows. Rows know nothing of each other, so threads cut them once for the
/// whole sequence.
///
/// Order: an element of a recurrent product is one chain of fused multiply-adds over the units (forward) or over the
/// gates and their units (backward), ascending. It begins at zero, in GRU's backward pass and past a row's end at what
/// dh passes on directly. A first step without an initial state has no product.
public protocol RecurrentKernels: Sendable {
  /// Floats that `packRecurrentWeight` writes.
  func packedRecurrentWeightSize(gates: Int, hidden: Int, backward: Bool) -> Int
  /// The recurrent weight R [hidden, gates * hidden] in the form that this build's passes read.
  func packRecurrentWeight(
    _ weight: UnsafePointer<Float>, gates: Int, hidden: Int, backward: Bool, into packed: UnsafeMutablePointer<Float>)
  /// Floats of scratch memory for a pass of `rows` rows.
  func recurrentWorkspaceSize(rows: Int, hidden: Int) -> Int

  func lstm(_ forward: LSTMForward, workspace: UnsafeMutablePointer<Float>)
  func lstmBackward(_ backward: LSTMBackward, workspace: UnsafeMutablePointer<Float>)
  func gru(_ forward: GRUForward, workspace: UnsafeMutablePointer<Float>)
  func gruBackward(_ backward: GRUBackward, workspace: UnsafeMutablePointer<Float>)
}
