import Checkpoints
import Files
import TestSupport
import Testing

@testable import Training

@Suite struct MetricsLogTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/metrics.jsonl" }

  init() throws { folder = try TemporaryFolder() }

  /// Writes a log that goes on after `lastStep` with `records`.
  private func log(after lastStep: Int, _ records: MetricRecord...) throws {
    let log = try MetricsLog(path: path, keepingThrough: lastStep, fileSystem: QuickFileSystem())
    for record in records { try log.append(record) }
    try log.close()
  }

  private func line(_ step: Int) -> String { #"{"epoch":\#(step / 2),"step":\#(step)}"# + "\n" }

  @Test("a line is one JSON object with its keys in alphabetical order, without what was not measured")
  func line() throws {
    let full = MetricRecord(
      step: 20, epoch: 1.5, trainingLoss: 0.25, learningRate: 0.001, gradientNorm: 2, samplesPerSecond: 1000,
      validationLoss: 0.5, validationAccuracy: 0.75)
    try log(after: 0, full, MetricRecord(step: 21, epoch: 2))
    #expect(
      try folder.text("metrics.jsonl") == """
        {"epoch":1.5,"gradient_norm":2,"learning_rate":0.001,"samples_per_second":1000,"step":20,"training_loss":0.25,\
        "validation_accuracy":0.75,"validation_loss":0.5}
        {"epoch":2,"step":21}

        """)
  }

  @Test("a log begun again keeps the lines up to and including the step it goes on after, byte for byte")
  func resumed() throws {
    try folder.write(line(2) + "{\"step\": 4, \"epoch\":2.0 }\n" + line(6), to: "metrics.jsonl")
    try log(after: 4, MetricRecord(step: 6, epoch: 9))
    #expect(
      try folder.text("metrics.jsonl") == line(2) + "{\"step\": 4, \"epoch\":2.0 }\n" + #"{"epoch":9,"step":6}"# + "\n")
    #expect(!folder.exists("metrics.jsonl.partial"))
  }

  @Test("a last line torn by a crash is dropped, even where what is left of it would pass for a line")
  func torn() throws {
    for torn in [#"{"epoch":2,"st"#, #"{"epoch":2,"step":4}"#] {
      try folder.write(line(2) + torn, to: "metrics.jsonl")
      try log(after: 9)
      #expect(try folder.text("metrics.jsonl") == line(2))
    }
  }

  @Test("a line in the middle that is no record is dropped, and the ones behind it stay")
  func spoiled() throws {
    try folder.write(line(2) + "\u{0}\u{0}\u{0}\n\n" + line(4), to: "metrics.jsonl")
    try log(after: 9)
    #expect(try folder.text("metrics.jsonl") == line(2) + line(4))
  }

  @Test("a run from its start begins an empty log, and one that lost its log goes on without")
  func begun() throws {
    try folder.write(line(2), to: "metrics.jsonl")
    try log(after: 0, MetricRecord(step: 1, epoch: 0))
    #expect(try folder.text("metrics.jsonl") == line(1))
    let other = try TemporaryFolder()
    try MetricsLog(path: other.path + "/metrics.jsonl", keepingThrough: 7, fileSystem: QuickFileSystem()).close()
    #expect(try other.text("metrics.jsonl") == "")
  }

  @Test("where the disk is full the old log stays whole")
  func full() throws {
    try folder.write(line(2) + line(4), to: "metrics.jsonl")
    #expect(throws: FileSystemError.self) {
      try MetricsLog(path: path, keepingThrough: 4, fileSystem: QuickFileSystem(roomForWrites: 1))
    }
    #expect(try folder.text("metrics.jsonl") == line(2) + line(4))
  }
}
