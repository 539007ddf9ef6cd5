import Testing

@testable import Training

@Suite struct ConfigurationFilesTests {
  @Test(
    "every configuration that ships can be read, and reads back equal from its resolved form",
    arguments: [
      "digits-mlp", "digits-dropout", "mnist-mlp", "fashion-mlp", "xor", "breast-cancer-logistic", "iris-softmax",
      "digits-resnet", "digits-lstm", "mnist-lenet5", "licence-gpt", "verdict-gpt", "gpt2-124m", "gpt2-774m",
      "llama3-8b", "olmo2-7b", "shakespeare-char-gpt", "shakespeare-llama", "lusiadas-gpt", "names-gpt",
      "bert-small-mlm",
      "t5-small-spans", "moe-small", "sms-spam-finetune", "instruct-finetune",
    ])
  func shipped(name: String) throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let configuration = try RunConfiguration.read(file: "/\(root)/configs/\(name).yaml")
    let again = try RunConfiguration.parse(
      configuration.resolvedYAML, name: "resolved", directory: "/elsewhere", workingDirectory: "/elsewhere")
    #expect(again == configuration)
  }
}
