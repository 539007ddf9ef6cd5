import FoundationEssentials
import Tables

/// The table of all cells, and the same as JSON.
struct MatrixReport {
  let matrix: Matrix
  let results: [ModelResult]

  var passed: Int { results.reduce(0) { $0 + $1.outcomes.count(where: \.isAgreement) } }
  var failed: Int { results.reduce(0) { $0 + $1.outcomes.count } - passed }

  /// How many cells agree of those with each value of each factor; the digests; the counts in the last line.
  var text: String {
    let columns = matrix.factors.flatMap { factor in factor.values.map { (factor, $0) } }
    let names = columns.map { factor, value in value.label == factor.values[0].label ? factor.name : "" }
    let rows = results.map { result in
      [result.model.name]
        + columns.map { _, value in
          let outcomes = zip(matrix.plans, result.outcomes).filter { value.isOf($0.0.cell) }.map(\.1)
          return "\(outcomes.count(where: \.isAgreement))/\(outcomes.count)"
        }
    }
    let table = aligned([["agreeing"] + names, ["model"] + columns.map(\.1.label)] + rows, firstNumber: 1)
    let digests = aligned(results.map { [$0.model.name, $0.digest] })
    let coverage =
      "\(matrix.plans.count) of \(matrix.combinations) combinations for each model; they hold "
      + "\(matrix.coveredPairs) of \(matrix.pairs) pairs of values"
    return [table, digests, coverage + "\n\(passed) passed, \(failed) failed"].joined(separator: "\n\n")
  }

  func json() throws -> String {
    let document = Document(
      passed: passed, failed: failed, combinations: matrix.combinations, pairs: matrix.pairs,
      coveredPairs: matrix.coveredPairs, models: results.map(model))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }

  private func model(_ result: ModelResult) -> Document.Model {
    let cells = zip(matrix.plans, result.outcomes).map { plan, outcome in
      let settings = matrix.factors.map { ($0.name, $0.label(of: plan.cell)) }
      var cell = Document.Cell(
        settings: Dictionary(uniqueKeysWithValues: settings), agrees: outcome.isAgreement,
        legs: plan.legs.map { Document.Leg(ranks: $0.ranks, lastStep: $0.lastStep) })
      switch outcome {
      case .agrees: cell.digest = result.digest
      case .differs(let digest): cell.digest = digest
      case .failed(let why): cell.failure = why
      }
      return cell
    }
    return Document.Model(name: result.model.name, digest: result.digest, cells: cells)
  }

  private struct Document: Encodable {
    let passed: Int
    let failed: Int
    let combinations: Int
    let pairs: Int
    let coveredPairs: Int
    let models: [Model]

    struct Model: Encodable {
      let name: String
      let digest: String
      let cells: [Cell]
    }

    struct Cell: Encodable {
      let settings: [String: String]
      let agrees: Bool
      let legs: [Leg]
      var digest: String?
      var failure: String?
    }

    struct Leg: Encodable {
      let ranks: Int
      let lastStep: Int

      enum CodingKeys: String, CodingKey {
        case ranks
        case lastStep = "last_step"
      }
    }

    enum CodingKeys: String, CodingKey {
      case passed, failed, combinations, pairs, models
      case coveredPairs = "covered_pairs"
    }
  }
}
