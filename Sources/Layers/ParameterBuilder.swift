import KernelInterface
import TensorCore

/// Collects the parameters of a model while its layers are made: names, shapes, and how each begins.
///
///     var builder = ParameterBuilder()
///     let layer = builder.scope("layers.0") { Linear(inputs: 784, outputs: 10, in: &$0) }
///     let parameters = builder.makeParameters(on: backend, key: key)    // layers.0.weight, layers.0.bias
public struct ParameterBuilder: Sendable {
  /// The parameters so far, in the order of their making.
  public private(set) var layout = ParameterLayout()
  private var initializers: [Initializer] = []
  private var scopes: [String] = []
  private var randomStreams: UInt64 = 0
  private var attentionLayers = 0
  /// What of the model stays as it begins.
  private let frozen: NamePatterns
  /// Low-rank adapters beside linear layers.
  private let adapters: AdapterOptions?

  /// - Parameters:
  ///   - frozen: parameters that get no gradient, adapters' own excepted.
  ///   - adapters: `nil`: none.
  public init(freezing frozen: NamePatterns = .none, adapters: AdapterOptions? = nil) {
    self.frozen = frozen
    self.adapters = adapters
  }

  /// Adds a parameter to the current scope and returns its index in the layout.
  public mutating func parameter(_ name: String, _ shape: Shape, _ initializer: Initializer) -> Int {
    initializers.append(initializer)
    let fullName = (scopes + [name]).joined(separator: ".")
    let isFrozen = frozen.match(fullName) && !AdapterOptions.isAdapter(fullName)
    return layout.append(name: fullName, shape: shape, role: isFrozen ? .frozen : .trained)
  }

  /// The adapter of the linear layer that the current scope is; `nil` where it gets none.
  mutating func adapter(inputs: Int, outputs: Int) -> LowRankAdapter? {
    guard let adapters, adapters.layers.match(scopes.joined(separator: ".")) else { return nil }
    return LowRankAdapter(inputs: inputs, outputs: outputs, adapters, in: &self)
  }

  /// Adds a running statistic to the current scope, see `ParameterLayout.Role`, and returns its index in the layout.
  public mutating func statistic(_ name: String, _ shape: Shape, momentum: Float, _ initializer: Initializer) -> Int {
    initializers.append(initializer)
    let fullName = (scopes + [name]).joined(separator: ".")
    return layout.append(name: fullName, shape: shape, role: .runningStatistic(momentum: momentum))
  }

  /// Runs `build`; the parameters that it adds have names that begin with `name` and a dot.
  public mutating func scope<Built>(_ name: String, _ build: (inout ParameterBuilder) -> Built) -> Built {
    scopes.append(name)
    defer { scopes.removeLast() }
    return build(&self)
  }

  /// A number no other layer of the model has: the name of a layer's stream of random choices.
  public mutating func randomStream() -> UInt64 {
    defer { randomStreams += 1 }
    return randomStreams
  }

  /// The number of the next attention layer: its place in what a decoder remembers.
  mutating func attentionLayer() -> Int {
    defer { attentionLayers += 1 }
    return attentionLayers
  }

  /// The parameters as they are before the first step: those of index i are drawn from `key.derived(i)`.
  public func makeParameters(on backend: Backend, key: RandomKey) -> Arena {
    let arena = Arena(layout, on: backend)
    initialize(arena, key: key)
    return arena
  }

  /// The same values, written into an arena of zeros that is there already.
  public func initialize(_ arena: Arena, key: RandomKey) {
    for (index, initializer) in initializers.enumerated() {
      initializer.write(to: arena.destination(index, accumulates: false), key: key.derived(UInt64(index)))
    }
  }
}
