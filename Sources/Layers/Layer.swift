import Autograd
import KernelInterface
import TensorCore

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
  /// Which tokens attention may see: how padding is kept out.
  public var visibleKeys = VisibleKeys.all
  /// What a decoder remembers of the tokens it has read; `nil`: every pass begins at the first token. Only in inference.
  public let memory: DecoderMemory?

  public init(tape: Tape, mode: Mode, memory: DecoderMemory? = nil) {
    precondition(memory == nil || !tape.isRecording, "what a decoder remembers has no gradient")
    self.tape = tape
    self.mode = mode
    self.memory = memory
  }

  /// The position of the first token of this pass.
  public var position: Int { memory?.count ?? 0 }

  /// This context for another tape.
  func on(_ tape: Tape) -> ForwardContext {
    var context = ForwardContext(tape: tape, mode: mode, memory: memory)
    context.visibleKeys = visibleKeys
    return context
  }
}
