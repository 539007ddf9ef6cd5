import Checkpoints
import Files
import FoundationEssentials

/// What is known after one step: a line of metrics.jsonl. Absent figures were not measured at that step.
public struct MetricRecord: Codable, Equatable, Sendable {
  /// Steps done.
  public var step: Int
  /// Passes over the training part done, with the fraction of the current one.
  public var epoch: Double
  /// The mean loss of the steps since the last line.
  public var trainingLoss: Double?
  public var learningRate: Double?
  /// The global norm of the mean gradient of this step, before clipping.
  public var gradientNorm: Double?
  public var samplesPerSecond: Double?
  public var validationLoss: Double?
  /// The share of validation samples classified right.
  public var validationAccuracy: Double?

  enum CodingKeys: String, CodingKey {
    case step, epoch
    case trainingLoss = "training_loss"
    case learningRate = "learning_rate"
    case gradientNorm = "gradient_norm"
    case samplesPerSecond = "samples_per_second"
    case validationLoss = "validation_loss"
    case validationAccuracy = "validation_accuracy"
  }
}

/// Writes metrics.jsonl: one JSON object a line, keys in alphabetical order. A figure that is not finite, which JSON lacks,
/// is the text `inf`, `-inf` or `nan`.
public final class MetricsLog {
  private let file: any WritableFile
  private let encoder = JSONEncoder()

  /// Begins the log at `path` anew, keeping the lines of an earlier log up to and including `lastStep`: a run that goes
  /// on from a checkpoint writes the later steps again.
  public init(path: String, keepingThrough lastStep: Int, fileSystem: any FileSystem) throws {
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let kept =
      lastStep > 0 ? try Self.lines(of: path, through: lastStep, fileSystem: fileSystem) : []
    file = try fileSystem.replace(path) { file in
      for line in kept { try Self.write(line, to: file) }
    }
  }

  public func append(_ record: MetricRecord) throws {
    try Self.write(String(decoding: encoder.encode(record), as: UTF8.self), to: file)
  }

  public func close() throws { try file.close() }

  private static func write(_ line: String, to file: any WritableFile) throws {
    let bytes = Array((line + "\n").utf8)
    try bytes.withUnsafeBytes { bytes in try file.write(bytes) }
  }

  /// The whole lines of the log at `path` whose step is at most `lastStep`; a line cut off by a crash is left out.
  private static func lines(of path: String, through lastStep: Int, fileSystem: any FileSystem) throws -> [String] {
    guard try fileSystem.exists(path) else { return [] }
    let file = try fileSystem.openFile(path)
    var bytes = [UInt8](repeating: 0, count: file.byteCount)
    try bytes.withUnsafeMutableBytes { bytes in try file.read(into: bytes, at: 0) }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[...$0] } ?? []
    return try whole.split(separator: UInt8(ascii: "\n")).compactMap { line in
      do {
        let record = try decoder.decode(MetricRecord.self, from: Data(line))
        return record.step <= lastStep ? String(decoding: line, as: UTF8.self) : nil
      } catch is DecodingError {
        return nil
      }
    }
  }
}
