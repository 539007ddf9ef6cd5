import Optimizers
import TensorCore
import TestSupport
import Testing

@Suite("Optimizers")
struct OptimizerTests {
  @Test(
    "ten steps agree with PyTorch",
    arguments: ["sgd", "momentum", "momentumL2", "rmsProp", "rmsPropL2", "adam", "adamL2", "adamW"])
  func goldenNumbers(name: String) throws {
    let golden = try GoldenFile("optimizers")
    let backend = Backend()
    let initial = try golden.floats(name, "initial")
    let layout = ParameterLayout(of: [[initial.count]])
    let parameters = Arena(layout, on: backend)
    let gradients = Arena(layout, on: backend)
    parameters.write(initial)
    let optimizer = Optimizer(try Self.options(name, of: golden), layout: layout, on: backend)
    let history = try golden.slices(name, "parameters")
    // A value that went far and came back has kept the rounding error of the far place.
    let reach = initial.indices.map { index in history.reduce(1) { max($0, abs($1[index])) } }
    for (step, gradient) in try golden.slices(name, "gradients").enumerated() {
      gradients.write(gradient)
      optimizer.update(
        parameters: parameters, gradients: gradients, gradientScale: 1,
        learningRate: try golden.number(name, "learningRate"), step: step)
      expectClose(
        zip(parameters.tensor(0).values, reach).map(/), zip(history[step], reach).map(/), tolerance: 1e-6,
        "parameters after step \(step), as a part of their reach")
    }
  }

  private static func options(_ name: String, of golden: GoldenFile) throws -> OptimizerOptions {
    func number(_ key: String) throws -> Float { golden.has(name, key) ? try golden.number(name, key) : 0 }
    let method: OptimizerOptions.Method =
      switch name {
      case "rmsProp", "rmsPropL2": .rmsProp(decay: try number("decay"), epsilon: try number("epsilon"))
      case "adam", "adamL2":
        .adam(beta1: try number("beta1"), beta2: try number("beta2"), epsilon: try number("epsilon"))
      case "adamW":
        .adamW(beta1: try number("beta1"), beta2: try number("beta2"), epsilon: try number("epsilon"))
      default: .sgd(momentum: try number("momentum"))
      }
    return OptimizerOptions(method, weightDecay: try number("weightDecay"))
  }

  @Test("the state has the names and the order that a checkpoint saves, and starts at zero")
  func state() {
    let names: [(OptimizerOptions.Method, [String])] = [
      (.sgd(momentum: 0.9), ["velocity"]), (.rmsProp(), ["square_average"]), (.adam(), ["m", "v"]),
      (.adamW(), ["m", "v"]),
    ]
    let layout = ParameterLayout(of: [[3, 5], [7]])
    for (method, expected) in names {
      let optimizer = Optimizer(OptimizerOptions(method), layout: layout, on: Backend())
      #expect(optimizer.state.map(\.name) == expected)
      #expect(optimizer.state.allSatisfy { $0.arena.layout == layout && $0.arena.tensor.values.allSatisfy { $0 == 0 } })
    }
  }

  @Test("the gradient scale multiplies gradients and leaves weight decay alone", arguments: OptimizerRun.allOptions)
  func gradientScale(options: OptimizerOptions) {
    let halved = OptimizerRun(options)
    let whole = OptimizerRun(options)
    for step in 0..<3 {
      halved.update(step: step, gradientScale: 0.25, gradientFactor: 4)
      whole.update(step: step, gradientScale: 1, gradientFactor: 1)
    }
    #expect(halved.bits == whole.bits)
  }

  @Test("state carried to a new optimizer goes on bit for bit", arguments: OptimizerRun.allOptions)
  func resume(options: OptimizerOptions) {
    let uninterrupted = OptimizerRun(options)
    for step in 0..<4 { uninterrupted.update(step: step) }
    let resumed = OptimizerRun(options)
    resumed.restore(uninterrupted)
    for step in 4..<8 {
      uninterrupted.update(step: step)
      resumed.update(step: step)
    }
    #expect(resumed.bits == uninterrupted.bits)
  }

  @Test(
    "a quadratic is minimised",
    arguments: [.sgd(momentum: 0), .sgd(momentum: 0.9), .rmsProp(), .adam(), .adamW()] as [OptimizerOptions.Method])
  func quadratic(method: OptimizerOptions.Method) {
    // f(p) = sum of c (p - m)^2 / 2, with curvatures c of 0.5 ... 2.
    let minimum: [Float] = [0.5, -1, 2, 0.25, -0.75, 1.5, -2, 0]
    let curvature: [Float] = [0.5, 2, 1, 1.5, 0.75, 1.25, 1, 2]
    let backend = Backend()
    let layout = ParameterLayout(of: [[minimum.count]])
    let parameters = Arena(layout, on: backend)
    let gradients = Arena(layout, on: backend)
    let optimizer = Optimizer(OptimizerOptions(method), layout: layout, on: backend)
    let schedule = LearningRateSchedule(.cosine(), baseRate: 0.1, warmupSteps: 10, totalSteps: 400)
    for step in 0..<400 {
      let values = parameters.tensor(0).values
      gradients.write(minimum.indices.map { curvature[$0] * (values[$0] - minimum[$0]) })
      optimizer.update(
        parameters: parameters, gradients: gradients, gradientScale: 1,
        learningRate: schedule.learningRate(atStep: step), step: step)
    }
    expectClose(parameters.tensor(0).values, minimum, tolerance: 1e-3, "where the quadratic is least")
  }
}
