import Autograd
import KernelInterface
import TensorCore

/// Several gated feed-forward parts, of which each position goes through a few: [..., width] -> [..., width].
///
///     p = softmax(x router)        y = sum over the k experts of greatest p of (p / the sum of these p) expert(x)
///
/// Jiang et al., "Mixtral of experts", 2024, section 2.1. Of equal probabilities the expert of lower number is chosen; what experts
/// give for a position is added in the order of their numbers. Every position finds room: nothing depends on the others.
///
/// Where `balance` is not 0 the layer adds a loss to the model's that is least where all experts get as much (Fedus, Zoph and
/// Shazeer, "Switch transformers", 2022, equations 4 to 6, summed over the k choices):
///
///     balance * experts * sum over experts of (share of positions that chose it) (mean of its p)
///
/// Parameters: `router.weight` [width, experts], `experts.i` as in `GatedFeedForward`.
public struct ExpertFeedForward: FeedForward {
  private let router: Linear
  private let experts: [GatedFeedForward]
  private let chosen: Int
  private let balance: Float

  public init(
    width: Int, hidden: Int, experts: Int, chosen: Int, balance: Float, start: TransformerBlock.Start = .byInputs,
    in builder: inout ParameterBuilder
  ) {
    precondition(0 < chosen && chosen <= experts, "\(chosen) of \(experts) experts")
    router = builder.scope("router") {
      Linear(inputs: width, outputs: experts, hasBias: false, weight: start.weight, in: &$0)
    }
    var parts: [GatedFeedForward] = []
    for index in 0..<experts {
      parts.append(
        builder.scope("experts.\(index)") {
          GatedFeedForward(width: width, hidden: hidden, activation: .silu, start: start, in: &$0)
        })
    }
    self.experts = parts
    self.chosen = chosen
    self.balance = balance
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    let rows = x.reshaped(to: [x.shape.rows, x.shape.columns])
    let probabilities = router.forward(rows, context).softmax()
    let choice = Choice(of: probabilities.value, chosen: chosen)
    let all = probabilities.reshaped(to: [rows.shape[0] * experts.count, 1])
    let kept = all.rows(at: choice.places).reshaped(to: [rows.shape[0], chosen])
    let weights = (kept / kept.sum(over: [1], keepingDimensions: true)).reshaped(to: [rows.shape[0] * chosen, 1])
    // Each expert takes its positions together; an expert without any is left out.
    let parts = experts.indices.compactMap { expert -> (result: Variable, positions: [Int32])? in
      let (positions, places) = choice.positions(ofExpert: expert)
      guard !positions.isEmpty else { return nil }
      let result = experts[expert].forward(rows.rows(at: positions), context) * weights.rows(at: places)
      return (result, positions)
    }
    let y = Variable.concatenated(parts.map(\.result), dimension: 0)
      .scatteredRows(to: parts.flatMap(\.positions), count: rows.shape[0])
    return balanced(y, probabilities, choice).reshaped(to: x.shape)
  }

  private func balanced(_ y: Variable, _ probabilities: Variable, _ choice: Choice) -> Variable {
    guard balance != 0 else { return y }
    let shares = Tensor(choice.shares, [experts.count], on: y.value.backend)
    let loss = (probabilities.mean(over: [0]) * y.tape.constant(shares)).sum()
    return y.adding(loss: loss, weight: balance * Float(experts.count))
  }

  /// Which experts each position goes through.
  private struct Choice {
    private let chosen: Int
    private let experts: Int
    /// [positions, chosen], of each position the experts ascending.
    private let numbers: [Int]

    init(of probabilities: Tensor, chosen: Int) {
      self.chosen = chosen
      let experts = probabilities.shape.columns
      self.experts = experts
      numbers = probabilities.withValues { values in
        stride(from: 0, to: values.count, by: experts).flatMap { row in
          (0..<experts).sorted { (values[row + $1], $0) < (values[row + $0], $1) }.prefix(chosen).sorted()
        }
      }
    }

    /// Where the probabilities of the chosen experts lie among all, [positions * chosen].
    var places: [Int32] { numbers.indices.map { Int32($0 / chosen * experts + numbers[$0]) } }

    /// The positions that go through an expert, ascending, and for each where its weight lies in [positions * chosen].
    func positions(ofExpert expert: Int) -> (positions: [Int32], places: [Int32]) {
      let places = numbers.indices.filter { numbers[$0] == expert }
      return (places.map { Int32($0 / chosen) }, places.map(Int32.init))
    }

    /// The share of positions that chose each expert.
    var shares: [Float] {
      var counts = [Float](repeating: 0, count: experts)
      for number in numbers { counts[number] += 1 }
      return counts.map { $0 / Float(numbers.count / chosen) }
    }
  }
}
