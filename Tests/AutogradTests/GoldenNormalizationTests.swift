import Autograd
import TensorCore
import TestSupport
import Testing

@Suite("Normalisations agree with PyTorch")
struct GoldenNormalizationTests {
  private let backend = Backend(threads: 1)

  @Test("LayerNorm and RMSNorm")
  func rows() throws {
    let golden = try GoldenFile("normalization")
    try expectGolden(golden, "layerNorm") { $0.layerNorm(scale: $1, shift: $2, epsilon: $3) }
    try expectGolden(golden, "rmsNorm") { x, scale, _, epsilon in x.rmsNorm(scale: scale, epsilon: epsilon) }
  }

  @Test("LayerNorm of a sum that goes on besides")
  func addition() throws {
    let golden = try GoldenFile("normalization")
    let shape = Shape(try golden.shape("addedLayerNorm", "input"))
    let residual = Tensor(try golden.floats("addedLayerNorm", "residual"), shape, on: backend)
    let sumUpstream = Tensor(try golden.floats("addedLayerNorm", "sumUpstream"), shape, on: backend)
    let expectedSum = try golden.floats("addedLayerNorm", "sum")
    try expectGolden(golden, "addedLayerNorm") { x, scale, shift, epsilon in
      let tape = x.tape
      let (sum, normalized) = x.layerNorm(
        adding: tape.constant(residual), scale: scale, shift: shift, epsilon: epsilon)
      expectClose(sum.value.values, expectedSum, tolerance: 1e-6, "sum")
      // A term without value of its own, whose gradient by the sum is `sumUpstream`.
      let term = tape.constant(sumUpstream) * (sum - tape.constant(sum.value))
      return (normalized, term.sum())
    }
  }

  @Test("BatchNorm in training", arguments: ["batchNorm", "batchNormOfFeatures"])
  func batchNorm(name: String) throws {
    let golden = try GoldenFile("normalization")
    let (mean, variance) = (try golden.floats(name, "mean"), try golden.floats(name, "variance"))
    try expectGolden(golden, name) { x, scale, shift, epsilon in
      let (y, statistics) = x.batchNorm(scale: scale, shift: shift, epsilon: epsilon)
      expectClose(statistics.mean.values, mean, tolerance: 1e-6, "mean")
      expectClose(statistics.variance.values, variance, tolerance: 1e-6, "variance")
      #expect(statistics.count == x.value.count / mean.count)
      return y
    }
  }

  @Test("BatchNorm in inference")
  func fixedBatchNorm() throws {
    let golden = try GoldenFile("normalization")
    let mean = Tensor(try golden.floats("batchNormInInference", "mean"), [3], on: backend)
    let variance = Tensor(try golden.floats("batchNormInInference", "variance"), [3], on: backend)
    try expectGolden(golden, "batchNormInInference") {
      $0.batchNorm(mean: mean, variance: variance, scale: $1, shift: $2, epsilon: $3)
    }
  }

  @Test("GroupNorm and InstanceNorm", arguments: ["groupNorm", "instanceNorm"])
  func groupNorm(name: String) throws {
    let golden = try GoldenFile("normalization")
    let groups = Int(try golden.number(name, "groups"))
    try expectGolden(golden, name) { $0.groupNorm(groups: groups, scale: $1, shift: $2, epsilon: $3) }
  }

  private func expectGolden(
    _ golden: GoldenFile, _ name: String, _ norm: (Variable, Variable, Variable, Float) -> Variable
  ) throws {
    try expectGolden(golden, name) { x, scale, shift, epsilon in
      (norm(x, scale, shift, epsilon), x.tape.constant(Tensor(filledWith: 0, .scalar, on: backend)))
    }
  }

  /// Compares the norm of the case's input and all gradients. `norm` returns the result and a term added to the loss.
  private func expectGolden(
    _ golden: GoldenFile, _ name: String,
    _ norm: (_ x: Variable, _ scale: Variable, _ shift: Variable, _ epsilon: Float) -> (Variable, Variable)
  ) throws {
    let keys = ["input", "scale", "shift"]
    var layout = ParameterLayout()
    for key in keys { _ = layout.append(name: key, shape: Shape(try golden.shape(name, key))) }
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    for (index, key) in keys.enumerated() { parameters.write(try golden.floats(name, key), to: index) }
    let tape = Tape(parameters: parameters, gradients: gradients)
    let (y, term) = norm(
      tape.parameter(0), tape.parameter(1), tape.parameter(2), try golden.number(name, "epsilon"))
    let upstream = tape.constant(Tensor(try golden.floats(name, "upstream"), y.shape, on: backend))
    tape.backward(from: (upstream * y).sum() + term)

    expectClose(y.value.values, try golden.floats(name, "output"), tolerance: 3e-6, "output of \(name)")
    for (index, key) in keys.enumerated() where golden.has(name, key + "Gradient") {
      expectClose(
        gradients.tensor(index).values, try golden.floats(name, key + "Gradient"), tolerance: 5e-6,
        "gradient of \(name)'s \(key)")
    }
  }
}
