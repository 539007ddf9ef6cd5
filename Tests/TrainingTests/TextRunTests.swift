import Checkpoints
import Datasets
import Failures
import Glibc
import TestSupport
import Testing
import Tokenizers

@testable import Training

/// Runs whose samples are texts.
@Suite struct TextRunTests {
  private let experiment: Experiment

  init() throws {
    experiment = try Experiment()
    let text = (0..<60).map { "The \($0)th bird flies, and \(3 * $0) follow: ó. " }.joined()
    try experiment.folder.write(text, to: "birds.txt")
  }

  private func run(_ tokenizer: String) -> Experiment {
    let path = "\(experiment.folder.path)/birds.txt"
    return experiment.with(
      "model={kind: gpt, layers: 1, heads: 2, width: 16}",
      "data={kind: text, path: \(path), context: 12, validation: 0.1, test: 0.1, \(tokenizer)}")
  }

  private func tokenizer(of run: String) throws -> any Tokenizer {
    try TokenizerFile.read(path: RunDirectory("\(experiment.folder.path)/\(run)").tokenizer)
  }

  @Test(
    "the run keeps its tokenizer, and is the same bits on one rank or two, straight or interrupted",
    arguments: [
      "tokenizer: bytes", "tokenizer: characters", "tokenizer: bpe, vocabulary: 300",
    ])
  func runs(options: String) throws {
    let experiment = run(options)
    let alone = try experiment.train("alone")[0]
    let tokenizer = try tokenizer(of: "alone")
    let text = try experiment.folder.bytes("birds.txt")
    #expect(tokenizer.decode(tokenizer.encode(text)) == text)
    #expect(alone.model.contains("vocabulary \(tokenizer.vocabularySize)"))
    let file = try experiment.folder.bytes("alone/tokenizer/tokenizer.json")

    _ = try experiment.outcomes("cut", ranks: 2, interruption: (rank: 1, step: 7))
    #expect(try experiment.checkpoints("cut").steps().last == 7)
    let resumed = try experiment.train("cut")[0]
    #expect(try experiment.bits("cut") == experiment.bits("alone"))
    #expect(resumed.results == alone.results)
    #expect(try experiment.folder.bytes("cut/tokenizer/tokenizer.json") == file)
  }

  @Test(
    "masked tokens and cut-out spans are the same bits on one rank or two, straight or interrupted",
    arguments: ["bert", "t5"])
  func objectives(kind: String) throws {
    let experiment = run("tokenizer: bpe, vocabulary: 300").with(
      "model={kind: \(kind), layers: 1, heads: 2, width: 16}")
    let alone = try experiment.train("alone")[0]
    // [MASK]; a start and the sentinel of the only span, as the end of a text is one of BPE's tokens.
    #expect(alone.model.contains("vocabulary \(kind == "bert" ? 301 : 302)"))
    #expect(alone.results.training.bitsPerByte == nil && (alone.results.training.tokens ?? 0) > 0)
    _ = try experiment.outcomes("cut", ranks: 2, interruption: (rank: 1, step: 7))
    let resumed = try experiment.train("cut")[0]
    #expect(try experiment.bits("cut") == experiment.bits("alone"))
    #expect(resumed.results == alone.results)
  }

  @Test("bits per byte are the loss of all tokens in bits over the bytes they stand for, whatever the tokens")
  func bitsPerByte() throws {
    let bytes = try run("tokenizer: bytes").train("bytes")[0].results
    let result = try #require(bytes.validation)
    #expect(abs((result.bitsPerByte ?? 0) * log(2) - result.loss) < 1e-12, "a token is a byte")
    let pairs = try #require(try run("tokenizer: bpe, vocabulary: 300").train("pairs")[0].results.validation)
    let perByte = Double(pairs.tokens ?? 0) * pairs.loss / log(2) / (pairs.bitsPerByte ?? 0)
    // As many bytes as the predicted tokens decode to: those of the windows, which are all but a rest.
    #expect(perByte.rounded() == perByte || abs(perByte - perByte.rounded()) < 1e-6)
    #expect(perByte > 1.2 * Double(pairs.tokens ?? 0) && perByte < 320)
  }

  @Test("a run's own tokenizer cuts another run's text into the same tokens: its bits are the same")
  func tokenizerFile() throws {
    let learnt = run("tokenizer: bpe, vocabulary: 290")
    try learnt.train("learnt")
    let again = run("tokenizer: file, tokenizer_path: \(experiment.folder.path)/learnt/tokenizer")
    try again.train("again")
    #expect(try again.bits("again") == learnt.bits("learnt"))
  }

  @Test("a run goes on with its own vocabulary only")
  func otherVocabulary() throws {
    let (one, other) = (run("tokenizer: bpe, vocabulary: 290"), run("tokenizer: bpe, vocabulary: 291"))
    try one.with("training.steps=2").train("a")
    #expect(throws: (any Error).self) { try other.train("a") }
    // The numbers of the characters are the same, what they stand for is not.
    let text = try experiment.folder.text("birds.txt")
    try run("tokenizer: characters").with("training.steps=2").train("b")
    try experiment.folder.write(text.replacing("ó", with: "ô"), to: "birds.txt")
    let error = try run("tokenizer: characters").outcomes("b")[0].error as? TrainingError
    #expect(error == .otherData(directory: "\(experiment.folder.path)/b/checkpoints/step-00000002"))
  }
}
