import Tokenizers

extension SequenceDataset {
  /// Instructions as samples: the prompt is read, and the answer with the end of the text behind it is to be predicted.
  ///
  /// What is longer than the context is cut at its end; where nothing of the answer is left, the instruction is left out. A byte
  /// pair vocabulary is learnt from prompts and answers.
  ///
  /// - Throws: where the tokenizer cannot be had, or nothing is left.
  public init(
    _ instructions: [Instruction], tokenizer choice: TokenizerChoice, context: Int, threads: Int, origin: String
  ) throws {
    let texts = instructions.map { Array(($0.prompt + $0.output).utf8) }
    let tokenizer = try Self.tokenizer(choice, for: texts, threads: threads, origin: origin)
    let dialogues = instructions.map { Dialogue($0, tokenizer) }
    let kept = dialogues.filter { $0.hasAnswer(within: context) }
    guard !kept.isEmpty else {
      throw DatasetError.configuration(
        "\(origin): no prompt leaves room for an answer in data.context \(context)", remedy: "Raise data.context.")
    }
    func note(_ count: Int, _ problem: String) -> [String] {
      count == 0 ? [] : ["\(origin): \(count) of \(instructions.count) \(problem)"]
    }
    let cut = kept.count { $0.tokens.count - 1 > context }
    self.init(
      kept.map { Array($0.tokens.dropLast().prefix(context)) }, .tokens(kept.map { $0.labels(within: context) }),
      context: context, tokenizer: tokenizer, origin: origin,
      notes: note(cut, "answers do not fit into data.context \(context), and are cut")
        + note(
          dialogues.count - kept.count,
          "instructions leave no room for an answer in data.context \(context), or have none, and are left out"))
  }

  /// The tokens of an instruction: prompt, answer, and the end of a text where the vocabulary has one.
  private struct Dialogue {
    let tokens: [Int32]
    let promptCount: Int

    init(_ instruction: Instruction, _ tokenizer: any Tokenizer) {
      let prompt = tokenizer.encode(Array(instruction.prompt.utf8))
      promptCount = prompt.count
      tokens = prompt + tokenizer.encode(Array(instruction.output.utf8)) + [tokenizer.endOfText].compactMap { $0 }
    }

    func hasAnswer(within context: Int) -> Bool { promptCount <= min(tokens.count - 1, context) }

    /// What follows each token that is read, from the prompt's last on: the first behind which an answer stands.
    func labels(within context: Int) -> [Int32] {
      let unlabelled = [Int32](repeating: TokenSample.unlabelled, count: promptCount - 1)
      return unlabelled + tokens[promptCount...min(tokens.count - 1, context)]
    }
  }
}
