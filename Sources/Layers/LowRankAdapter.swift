import Autograd
import TensorCore

/// What is learned beside a frozen linear layer: y = x W + b + (alpha / rank) (x A) B. Hu et al., "LoRA: low-rank adaptation
/// of large language models", ICLR 2022, section 4.1. B begins at zero, so at first nothing changes.
///
/// Parameters: `adapter.down` A [inputs, rank], `adapter.up` B [rank, outputs].
struct LowRankAdapter: Sendable {
  private let down: Int
  private let up: Int
  private let scale: Float

  init(inputs: Int, outputs: Int, _ options: AdapterOptions, in builder: inout ParameterBuilder) {
    let bound = 1 / Float(inputs).squareRoot()
    down = builder.parameter("\(AdapterOptions.scope).down", [inputs, options.rank], .uniform(bound: bound))
    up = builder.parameter("\(AdapterOptions.scope).up", [options.rank, outputs], .zeros)
    scale = options.scale
  }

  /// The part that is added: x [rows, inputs] -> [rows, outputs].
  func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    scale * x.matrixProduct(context.tape.parameter(down)).matrixProduct(context.tape.parameter(up))
  }
}

/// Which linear layers get low-rank adapters, and how large.
public struct AdapterOptions: Codable, Hashable, Sendable {
  /// The values through which what an adapter adds must pass.
  public var rank: Int
  /// The adapter's part is multiplied by alpha / rank.
  public var alpha: Float
  /// Names of linear layers, such as `blocks.*.attention.projection`.
  public var layers: NamePatterns

  public init(rank: Int, alpha: Float, layers: NamePatterns) {
    precondition(rank > 0, "an adapter of rank \(rank)")
    self.rank = rank
    self.alpha = alpha
    self.layers = layers
  }

  public var scale: Float { alpha / Float(rank) }

  static let scope = "adapter"

  /// Whether a parameter belongs to an adapter.
  public static func isAdapter(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    return parts.count >= 2 && parts[parts.count - 2] == scope
  }
}
