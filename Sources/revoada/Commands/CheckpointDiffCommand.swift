import ArgumentParser
import Checkpoints
import FoundationEssentials
import Tables

extension CheckpointCommand {
  /// `revoada checkpoint diff A B`: where two checkpoints, or two runs, are not the same bits.
  struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare two checkpoints, or two runs, bit by bit: parameters and the optimizer's state.",
      discussion: """
        Of two runs it compares every step that both have a checkpoint of, and tells at which step and tensor they \
        part. A checkpoint and a run: with the run's checkpoint of the same step.

        Exits as diff does: with status 0 where all tensors are equal, 1 where some differ; with 64 or more where it \
        cannot tell (65: a checkpoint is damaged, 66: one is missing).

        Examples:
          revoada checkpoint diff runs/a/checkpoints/step-00000100 runs/b/checkpoints/step-00000100
          revoada checkpoint diff runs/a runs/b
        """)

    @Argument(help: "A checkpoint (step-...), a folder of checkpoints, or a run's folder.")
    var first: String

    @Argument(help: "The same, to compare it with.")
    var second: String

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
      let report = try compare()
      print(json ? try report.json() : report.text)
      if !report.comparison.isEqual { throw ExitCode(1) }
    }

    private func compare() throws -> ComparisonReport {
      switch try (CheckpointLocation(path: first), CheckpointLocation(path: second)) {
      case (.store(let first), .store(let second)):
        let runs = try RunComparison(CheckpointStore(directory: first), CheckpointStore(directory: second))
        return ComparisonReport(comparison: runs.comparison, runs: runs)
      case (let first, let second):
        let (a, b) = try Self.load(first, second)
        return ComparisonReport(comparison: try CheckpointComparison(a, b), runs: nil)
      }
    }

    /// At least one of them is a single checkpoint.
    private static func load(
      _ first: CheckpointLocation, _ second: CheckpointLocation
    ) throws -> (LoadedCheckpoint, LoadedCheckpoint) {
      if case .store = first {
        let b = try second.load(skipping: { _ in })
        return (try first.load(step: b.manifest.training.progress.step), b)
      }
      let a = try first.load(skipping: { _ in })
      return (a, try second.load(step: a.manifest.training.progress.step))
    }
  }
}

/// What `revoada checkpoint diff` prints.
private struct ComparisonReport {
  let comparison: CheckpointComparison
  /// `nil` where two checkpoints were compared.
  let runs: RunComparison?

  var text: String {
    ([headline] + (valueTable.map { [$0] } ?? []) + others).joined(separator: "\n")
  }

  private var headline: String {
    let count = comparison.differences.count
    let differ = comparison.differences.first.map { first in
      count == 1 ? "\(first.tensor) differs" : "\(count) tensors differ, the first of them \(first.tensor)"
    }
    guard let runs else { return differ ?? "equal: all \(comparison.compared) tensors are the same bits" }
    guard let differ, let parting = runs.partingStep else {
      return "equal up to step \(runs.lastEqualStep ?? 0), the last of \(runs.comparedSteps) that both have"
    }
    let before = runs.lastEqualStep.map { "equal up to step \($0)" } ?? "no equal step before"
    return "\(before); at step \(parting) \(differ)"
  }

  private var valueTable: String? {
    let rows = comparison.differences.compactMap { difference -> [String]? in
      guard case .values(let values) = difference.kind else { return nil }
      return [
        difference.tensor, "\(values.count) of \(values.total)", "\(Float(values.largest))", "\(values.index)",
        "\(values.first)", "\(values.second)",
      ]
    }
    guard !rows.isEmpty else { return nil }
    return aligned(
      [["tensor", "values that differ", "by at most", "first at", "in the first", "in the second"]] + rows,
      firstNumber: 1)
  }

  /// A sentence for each tensor that has no values to compare.
  private var others: [String] {
    comparison.differences.compactMap { difference in
      switch difference.kind {
      case .values: nil
      case .onlyInFirst(let shape): "\(difference.tensor) \(shape) is only in the first"
      case .onlyInSecond(let shape): "\(difference.tensor) \(shape) is only in the second"
      case .shapes(let first, let second): "\(difference.tensor) is \(first) in the first, \(second) in the second"
      }
    }
  }
}

// MARK: - As JSON

extension ComparisonReport {
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let document = Document(
      equal: comparison.isEqual, lastEqualStep: runs?.lastEqualStep, partingStep: runs?.partingStep,
      differences: comparison.differences.map(Entry.init))
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }

  private struct Document: Encodable {
    let equal: Bool
    let lastEqualStep: Int?
    let partingStep: Int?
    let differences: [Entry]

    enum CodingKeys: String, CodingKey {
      case equal, differences
      case lastEqualStep = "last_equal_step"
      case partingStep = "parting_step"
    }
  }

  /// A shape is absent where that side lacks the tensor; the rest is absent where there are no values to compare.
  private struct Entry: Encodable {
    let tensor: String
    var firstShape: [Int]?
    var secondShape: [Int]?
    var count: Int?
    var total: Int?
    var largest: Double?
    var index: [Int]?
    var first: Float?
    var second: Float?

    enum CodingKeys: String, CodingKey {
      case tensor, count, total, largest, index, first, second
      case firstShape = "first_shape"
      case secondShape = "second_shape"
    }

    init(_ difference: CheckpointComparison.Difference) {
      tensor = difference.tensor
      switch difference.kind {
      case .onlyInFirst(let shape): firstShape = shape
      case .onlyInSecond(let shape): secondShape = shape
      case .shapes(let first, let second): (firstShape, secondShape) = (first, second)
      case .values(let values):
        (count, total, largest, index) = (values.count, values.total, values.largest, values.index)
        (first, second) = (values.first, values.second)
      }
    }
  }
}
