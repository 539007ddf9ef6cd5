import Autograd
import KernelInterface

/// A part of a network: a function of one variable whose parameters lie in the tape's arena.
///
/// A layer is a value that knows the numbers of its parameters, not their values, so one layer serves any arena of the
/// model's layout.
public protocol Layer: Sendable {
  func forward(_ x: Variable, _ context: ForwardContext) -> Variable
}

/// What a forward pass is for: the same for every layer of the model.
public struct ForwardContext {
  public enum Mode: Hashable, Sendable {
    /// The key of this step's and this lane's random choices; each layer that draws takes a stream of its own from it.
    case training(RandomKey)
    /// No randomness.
    case inference
  }

  public let tape: Tape
  public let mode: Mode

  public init(tape: Tape, mode: Mode) {
    self.tape = tape
    self.mode = mode
  }
}
