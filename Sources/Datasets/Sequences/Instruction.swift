/// A task for a model to carry out, and how.
public struct Instruction: Hashable, Sendable {
  public var instruction: String
  /// What the task is about, beside what the instruction says; often empty.
  public var input: String
  public var output: String

  public init(instruction: String, input: String = "", output: String) {
    (self.instruction, self.input, self.output) = (instruction, input, output)
  }

  /// How the task is put to a model: the template of Alpaca (Taori et al., "Stanford Alpaca", 2023), up to where the answer begins.
  public var prompt: String {
    guard !input.isEmpty else {
      return """
        Below is an instruction that describes a task. Write a response that appropriately completes the request.

        ### Instruction:
        \(instruction)

        ### Response:

        """
    }
    return """
      Below is an instruction that describes a task, paired with an input that provides further context. Write a response \
      that appropriately completes the request.

      ### Instruction:
      \(instruction)

      ### Input:
      \(input)

      ### Response:

      """
  }
}
