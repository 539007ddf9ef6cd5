import Inference
import TensorCore
import Testing

@Suite("A sampler of tokens")
struct TokenSamplerTests {
  private static let logits = Tensor([1, 3, 2, 3, -1], [1, 5], on: Backend(threads: 1))

  /// How often each token is chosen in 2000 draws.
  private static func counts(_ options: SamplingOptions) -> [Int] {
    let sampler = TokenSampler(options)
    var counts = [Int](repeating: 0, count: 5)
    for number in 0..<2000 { counts[Int(sampler.choose(from: logits, number: number))] += 1 }
    return counts
  }

  @Test("takes the likeliest token at temperature 0, the first of equals")
  func greedy() {
    #expect(Self.counts(.greedy) == [0, 2000, 0, 0, 0])
  }

  @Test("draws tokens as often as their probabilities say")
  func frequencies() {
    // e^1, e^3, e^2, e^3, e^-1 over their sum, 50.65.
    let expected = [0.0537, 0.3966, 0.1459, 0.3966, 0.0073]
    for (count, share) in zip(Self.counts(SamplingOptions()), expected) {
      #expect(abs(Double(count) / 2000 - share) < 0.03, "\(count) of 2000, \(share) expected")
    }
  }

  @Test("draws unlikely tokens less often at a low temperature, more often at a high one")
  func temperature() {
    let (low, high) = (
      Self.counts(SamplingOptions(temperature: 0.3)), Self.counts(SamplingOptions(temperature: 5))
    )
    #expect(low[0] + low[4] == 0 || low[0] + low[4] < 10)
    #expect(high[4] > 200)
  }

  @Test("leaves the likeliest k: of equals those with the lower ids")
  func topK() {
    #expect(Self.counts(SamplingOptions(topK: 1))[1] == 2000)
    let two = Self.counts(SamplingOptions(topK: 2))
    #expect(two[1] + two[3] == 2000 && two[1] > 900 && two[3] > 900)
  }

  @Test("leaves the likeliest that together reach p")
  func topP() {
    #expect(Self.counts(SamplingOptions(topP: 0.39))[1] == 2000)
    let two = Self.counts(SamplingOptions(topP: 0.79))
    #expect(two[1] + two[3] == 2000)
    let three = Self.counts(SamplingOptions(topP: 0.9))
    #expect(three[2] > 200 && three[0] == 0 && three[4] == 0)
  }

  @Test("draws the same again for the same seed, and other tokens for another")
  func seeds() {
    func draws(_ seed: UInt64) -> [Int32] {
      let sampler = TokenSampler(SamplingOptions(seed: seed))
      return (0..<50).map { sampler.choose(from: Self.logits, number: $0) }
    }
    #expect(draws(1) == draws(1))
    #expect(draws(1) != draws(2))
  }
}
