import Optimizers
import TensorCore
import TestSupport
import Testing

@Suite("Clipping by global norm")
struct GradientClippingTests {
  @Test("norm and clipped gradients agree with PyTorch", arguments: ["above", "below", "zero"])
  func goldenNumbers(name: String) throws {
    let golden = try GoldenFile("clipping")
    let gradients = try golden.floats(name, "gradients")
    let tensor = Tensor(gradients, [gradients.count], on: Backend())
    let (norm, scale) = GradientClipping.scale(
      sumOfSquares: tensor.sumOfSquares(), meanFactor: 1, maximumNorm: try golden.number(name, "limit"))
    expectClose(Float(norm), try golden.number(name, "norm"), tolerance: 1e-7, "norm")
    expectClose(gradients.map { $0 * scale }, try golden.floats(name, "clipped"), tolerance: 1e-7, "clipped")
  }

  @Test("the norm is that of the mean gradient, and the scale makes the mean and clips it")
  func meanOverLanes() {
    // Four lanes whose gradients add up to (24, 32): the mean is (6, 8), its norm 10.
    let clipped = GradientClipping.scale(sumOfSquares: 24 * 24 + 32 * 32, meanFactor: 0.25, maximumNorm: 5)
    #expect(clipped.norm == 10)
    expectClose(clipped.scale * 40, 5, tolerance: 1e-6, "norm after clipping")
    let loose = GradientClipping.scale(sumOfSquares: 24 * 24 + 32 * 32, meanFactor: 0.25, maximumNorm: 11)
    #expect(loose == (10, 0.25))
  }

  @Test("without a maximum only the mean is taken")
  func unlimited() {
    #expect(GradientClipping.scale(sumOfSquares: 1e30, meanFactor: 0.125, maximumNorm: nil) == (1.25e14, 0.125))
  }

  @Test("a norm of exactly the maximum is barely clipped, as PyTorch's")
  func exactlyTheMaximum() {
    let (norm, scale) = GradientClipping.scale(sumOfSquares: 25, meanFactor: 1, maximumNorm: 5)
    #expect(norm == 5)
    #expect(scale == Float(5 / 5.000001))
    #expect(scale < 1)
  }

  @Test("gradients of zero stay zero, without a division by zero")
  func zero() {
    #expect(GradientClipping.scale(sumOfSquares: 0, meanFactor: 0.5, maximumNorm: 1e-3) == (0, 0.5))
  }

  @Test("the norm tells of gradients that are not finite")
  func notFinite() {
    for sum in [Double.infinity, .nan] {
      #expect(!GradientClipping.scale(sumOfSquares: sum, meanFactor: 1, maximumNorm: 1).norm.isFinite)
    }
  }
}
