import TestSupport
import Testing
import Training

extension CommandTests {
  /// The configurations in `configs/` that need nothing but what lies there, trained as they are.
  @Suite struct ShippedConfigurationTests {
    /// The results of a shipped configuration.
    private func results(_ name: String) throws -> RunSummary.Results {
      let workplace = try Workplace()
      let output = try workplace.revoada(
        "train", "\(repositoryRoot)/configs/\(name).yaml", "--run", "\(workplace.path)/\(name)")
      guard output.exitCode == 0 else { throw UnexpectedEnd(output: output) }
      return try workplace.summary(name).results
    }

    @Test(
      "the test accuracy is what the configuration's comment states",
      arguments: [
        ("digits-mlp", 0.97), ("digits-dropout", 0.97), ("breast-cancer-logistic", 0.97), ("iris-softmax", 0.93),
        ("digits-resnet", 0.98), ("digits-lstm", 0.97),
      ])
    func accuracy(name: String, atLeast least: Double) throws {
      let accuracy = try #require(try results(name).test?.accuracy)
      #expect(accuracy >= least)
    }

    @Test("exclusive or is learned wholly")
    func xor() throws {
      #expect(try results("xor").training.accuracy == 1)
    }
  }
}
