import ArgumentParser
import Glibc
import Inference
import TensorCore
import Tokenizers

/// `revoada generate`: lets a trained language model write.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Let a trained language model go on with a text.",
    discussion: """
      The text appears on stdout as it is written, the prompt first. The same options give the same text, on every
      machine.

      Examples:
        revoada generate --checkpoint runs/verdict-gpt --prompt "I had always thought"
        revoada generate --checkpoint runs/verdict-gpt --temperature 0 --tokens 50
      """)

  @Option(help: ArgumentHelp("A run's folder, or a checkpoint's.", valueName: "dir"))
  var checkpoint: String

  @Option(help: "What the text begins with; where there is none, the tokenizer's token that begins or ends texts.")
  var prompt: String?

  @Option(help: ArgumentHelp("Tokens to write at most.", valueName: "n"))
  var tokens = 200

  @Option(help: "Below 1 the likely become likelier; 0 always takes the likeliest.")
  var temperature: Float = 0.8

  @Option(help: ArgumentHelp("Choose among the likeliest n only.", valueName: "n"))
  var topK: Int?

  @Option(help: ArgumentHelp("Choose among the likeliest that together have this probability.", valueName: "share"))
  var topP = 1.0

  @Option(help: "Another seed, another text.")
  var seed: UInt64 = 1

  @Option(parsing: .singleValue, help: "End in front of this text; may be repeated.")
  var stop: [String] = []

  @Option(help: ArgumentHelp("A tokenizer's file or folder; the run's own by default.", valueName: "path"))
  var tokenizer: String?

  @Option(help: ArgumentHelp("Threads; the cores by default.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Compute every token from the whole text: slower, the same text.")
  var noCache = false

  @Flag(help: "Print token ids instead of text, the prompt's first.")
  var ids = false

  func validate() throws {
    guard tokens >= 0 else { throw ValidationError("--tokens \(tokens): a number of tokens is zero or more.") }
    guard temperature >= 0, temperature.isFinite else {
      throw ValidationError("--temperature \(temperature): a temperature is zero or more.")
    }
    if let topK, topK < 1 { throw ValidationError("--top-k \(topK): there is one token at least to choose from.") }
    guard topP > 0, topP <= 1 else { throw ValidationError("--top-p \(topP): a share lies above 0, up to 1.") }
    if let threads, threads < 1 { throw ValidationError("--threads \(threads): there is one thread at least.") }
    guard !stop.contains("") else { throw ValidationError("--stop: a text to stop at has a character at least.") }
  }

  func run() throws {
    let backend = Backend(
      instructionSet: try chosenInstructionSet(), threads: threads ?? Processor.affinity().count)
    let saved = try SavedModel.load(path: checkpoint, on: backend) { writeToStandardError("\($0)\n") }
    guard let folder = tokenizer ?? saved.tokenizerFolder else {
      throw GenerationError.noTokenizer(path: saved.path)
    }
    let tokenizer = try TokenizerFile.read(path: folder)
    let beginning = try beginning(by: tokenizer)
    let generator = try TextGenerator(
      saved, SamplingOptions(temperature: temperature, topK: topK, topP: topP, seed: seed), remembers: !noCache)
    if ids {
      try writeIDs(generator, after: beginning)
    } else {
      try writeText(generator, after: beginning, tokenizer)
    }
  }

  private func beginning(by tokenizer: any Tokenizer) throws -> [Int32] {
    let first = tokenizer.beginOfText.map { [$0] } ?? []
    if let prompt, !prompt.isEmpty { return first + tokenizer.encode(Array(prompt.utf8)) }
    return first.isEmpty ? tokenizer.endOfText.map { [$0] } ?? tokenizer.encode([UInt8(ascii: "\n")]) : first
  }

  private func writeIDs(_ generator: TextGenerator, after beginning: [Int32]) throws {
    writeOut(beginning.map(String.init).joined(separator: " "))
    try generator.write(after: beginning, count: tokens) { token in
      writeOut(" \(token)")
      return true
    }
    writeOut("\n")
  }

  private func writeText(
    _ generator: TextGenerator, after beginning: [Int32], _ tokenizer: any Tokenizer
  ) throws {
    var text = GeneratedText(after: beginning, tokenizer, stoppingAt: stop.map { Array($0.utf8) })
    writeOut(prompt ?? "")
    try generator.write(after: beginning, count: tokens) { token in
      guard token != tokenizer.endOfText else { return false }
      let (bytes, goesOn) = text.append(token)
      writeOut(bytes)
      return goesOn
    }
    writeOut(text.rest)
    writeOut("\n")
  }

  private func writeOut(_ text: String) { writeOut(Array(text.utf8)) }

  /// At once: a text is read as it is written.
  private func writeOut(_ bytes: [UInt8]) { writeAll(bytes, to: STDOUT_FILENO) }
}
