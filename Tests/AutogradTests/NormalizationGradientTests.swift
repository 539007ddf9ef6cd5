import Autograd
import TensorCore
import Testing

@Suite("Gradients of normalisations")
struct NormalizationGradientTests {
  private static let epsilon = 1e-3
  private let epsilon = Float(Self.epsilon)

  /// x, scale, shift
  private func operands(_ shape: Shape, channels: Int) -> [Reference] {
    [
      .random(shape, seed: 40, low: -1, high: 2), .random([channels], seed: 41, low: 0.5, high: 1.5),
      .random([channels], seed: 42),
    ]
  }

  @Test("LayerNorm, with and without a shift", arguments: [2, 15, 16, 17, 33])
  func layerNorm(width: Int) {
    let operands = operands([2, 3, width], channels: width)
    expectGradients(
      "LayerNorm of \(width)", at: operands,
      of: { $0[0].layerNorm(scale: $0[1], shift: $0[2], epsilon: epsilon) },
      matching: { $0[0].layerNorm(scale: $0[1], shift: $0[2], epsilon: Self.epsilon) })
    expectGradients(
      "LayerNorm of \(width) without shift", at: Array(operands.prefix(2)),
      of: { $0[0].layerNorm(scale: $0[1], epsilon: epsilon) },
      matching: { $0[0].layerNorm(scale: $0[1], shift: nil, epsilon: Self.epsilon) })
  }

  @Test("RMSNorm", arguments: [2, 15, 16, 17, 33])
  func rmsNorm(width: Int) {
    expectGradients(
      "RMSNorm of \(width)", at: Array(operands([3, width], channels: width).prefix(2)),
      of: { $0[0].rmsNorm(scale: $0[1], epsilon: epsilon) },
      matching: { $0[0].rmsNorm(scale: $0[1], epsilon: Self.epsilon) })
  }

  /// The sum of x and a residual goes on twice, as in a transformer: as it is and normalised. Its gradient has two parts.
  @Test("the norm of a sum from which both go on", arguments: [2, 16, 33])
  func addition(width: Int) {
    let operands = operands([3, width], channels: width) + [.random([3, width], seed: 43)]
    expectGradients(
      "sum times its LayerNorm", at: operands,
      of: {
        let (sum, normalized) = $0[0].layerNorm(adding: $0[3], scale: $0[1], shift: $0[2], epsilon: epsilon)
        return sum * normalized
      },
      matching: {
        let sum = $0[0] + $0[3]
        return sum * sum.layerNorm(scale: $0[1], shift: $0[2], epsilon: Self.epsilon)
      })
    expectGradients(
      "sum plus its RMSNorm", at: [operands[0], operands[1], operands[3]],
      of: {
        let (sum, normalized) = $0[0].rmsNorm(adding: $0[2], scale: $0[1], epsilon: epsilon)
        return sum + normalized
      },
      matching: {
        let sum = $0[0] + $0[2]
        return sum + sum.rmsNorm(scale: $0[1], epsilon: Self.epsilon)
      })
  }

  @Test("a residual stream through three norms, each of whose sums is the next one's residual")
  func residualStream() {
    let width = 17
    expectGradients(
      "residual stream", at: operands([2, width], channels: width),
      of: {
        var (stream, update) = ($0[0], 0.5 * $0[0])
        for _ in 0..<3 {
          let (sum, normalized) = update.layerNorm(adding: stream, scale: $0[1], shift: $0[2], epsilon: epsilon)
          (stream, update) = (sum, normalized * normalized)
        }
        return stream + update
      },
      matching: {
        var (stream, update) = ($0[0], 0.5 * $0[0])
        for _ in 0..<3 {
          stream = stream + update
          let normalized = stream.layerNorm(scale: $0[1], shift: $0[2], epsilon: Self.epsilon)
          update = normalized * normalized
        }
        return stream + update
      })
  }

  @Test("BatchNorm in training", arguments: [[4, 3, 2, 3], [5, 17], [3, 2, 7, 5], [5, 3, 1, 1]])
  func batchNorm(dimensions: [Int]) {
    let operands = operands(Shape(dimensions), channels: dimensions[1])
    expectGradients(
      "BatchNorm of \(dimensions)", at: operands,
      of: { $0[0].batchNorm(scale: $0[1], shift: $0[2], epsilon: epsilon).normalized },
      matching: { $0[0].batchNorm(scale: $0[1], shift: $0[2], epsilon: Self.epsilon) })
    expectGradients(
      "BatchNorm of \(dimensions) without shift", at: Array(operands.prefix(2)),
      of: { $0[0].batchNorm(scale: $0[1], epsilon: epsilon).normalized },
      matching: { $0[0].batchNorm(scale: $0[1], shift: nil, epsilon: Self.epsilon) })
  }

  @Test("BatchNorm with fixed statistics", arguments: [[4, 3, 2, 3], [5, 17]])
  func fixedBatchNorm(dimensions: [Int]) {
    let backend = Backend(threads: 1)
    let mean = Reference.random([dimensions[1]], seed: 44)
    let variance = Reference.random([dimensions[1]], seed: 45, low: 0.25, high: 2)
    expectGradients(
      "fixed BatchNorm of \(dimensions)", at: operands(Shape(dimensions), channels: dimensions[1]),
      of: {
        $0[0].batchNorm(
          mean: mean.tensor(on: backend), variance: variance.tensor(on: backend), scale: $0[1], shift: $0[2],
          epsilon: epsilon)
      },
      matching: {
        $0[0].batchNorm(
          mean: mean.values, variance: variance.values, scale: $0[1], shift: $0[2], epsilon: Self.epsilon)
      })
  }

  @Test("GroupNorm, from LayerNorm over channels to InstanceNorm", arguments: [1, 2, 6])
  func groupNorm(groups: Int) {
    for shape in [[2, 6, 3, 3], [3, 6], [1, 6, 5]] as [Shape] where shape.count / shape[0] > groups {
      let operands = operands(shape, channels: 6)
      expectGradients(
        "GroupNorm of \(shape)", at: operands,
        of: { $0[0].groupNorm(groups: groups, scale: $0[1], shift: $0[2], epsilon: epsilon) },
        matching: { $0[0].groupNorm(groups: groups, scale: $0[1], shift: $0[2], epsilon: Self.epsilon) })
      expectGradients(
        "GroupNorm of \(shape) without shift", at: Array(operands.prefix(2)),
        of: { $0[0].groupNorm(groups: groups, scale: $0[1], epsilon: epsilon) },
        matching: { $0[0].groupNorm(groups: groups, scale: $0[1], shift: nil, epsilon: Self.epsilon) })
    }
  }

  @Test("the parameters get their gradients also where the input is data")
  func dataInput() {
    let x = Reference.random([3, 6], seed: 46)
    let norms: [(String, (Variable, [Variable]) -> Variable, (Reference, [Reference]) -> Reference)] = [
      (
        "LayerNorm", { $0.layerNorm(scale: $1[0], shift: $1[1], epsilon: epsilon) },
        { $0.layerNorm(scale: $1[0], shift: $1[1], epsilon: Self.epsilon) }
      ),
      (
        "BatchNorm", { $0.batchNorm(scale: $1[0], shift: $1[1], epsilon: epsilon).normalized },
        { $0.batchNorm(scale: $1[0], shift: $1[1], epsilon: Self.epsilon) }
      ),
      (
        "GroupNorm", { $0.groupNorm(groups: 2, scale: $1[0], shift: $1[1], epsilon: epsilon) },
        { $0.groupNorm(groups: 2, scale: $1[0], shift: $1[1], epsilon: Self.epsilon) }
      ),
    ]
    for (name, norm, reference) in norms {
      expectGradients(
        "\(name) of data", at: Array(operands([3, 6], channels: 6).dropFirst()),
        of: { norm($0[0].tape.constant(x.tensor(on: $0[0].tape.backend)), $0) }, matching: { reference(x, $0) })
    }
  }
}
