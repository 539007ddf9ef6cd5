import Files
import FoundationEssentials
import Tables

/// How good a trained model is on some data: what `revoada eval` tells.
public struct EvaluationReport: Codable, Equatable, Sendable {
  public var checkpoint: String
  public var step: Int
  public var model: String
  /// Where the data come from.
  public var data: String
  public var part: String
  public var result: EvaluationResult
  /// e^loss; absent where samples are no texts.
  public var perplexity: Double?

  /// For people:
  ///
  ///     runs/verdict/checkpoints/step-00000390, GPT-2 of 4 x 128, ...
  ///     data/the-verdict.txt
  ///
  ///     part        samples  tokens    loss  perplexity  bits per byte  accuracy
  ///     validation       15     960  4.5678       96.33         2.4680     25.1%
  public var table: String {
    var columns = [("part", part), ("samples", String(result.samples))]
    if let tokens = result.tokens { columns.append(("tokens", String(tokens))) }
    columns.append(("loss", result.loss.fixed(4)))
    if let perplexity { columns.append(("perplexity", perplexity.fixed(2))) }
    if let bits = result.bitsPerByte { columns.append(("bits per byte", bits.fixed(4))) }
    if let accuracy = result.accuracy { columns.append(("accuracy", accuracy.percent)) }
    return """
      \(checkpoint), \(model)
      \(data)

      \(aligned([columns.map(\.0), columns.map(\.1)], firstNumber: 1))
      """
  }

  /// Writes it as JSON, so that nobody ever sees half of it.
  public func write(to path: String, fileSystem: any FileSystem = LocalFileSystem()) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    try fileSystem.replace(path, with: String(decoding: try encoder.encode(self), as: UTF8.self) + "\n")
  }
}
