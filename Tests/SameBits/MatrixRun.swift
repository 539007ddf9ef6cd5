import KernelInterface
import TestSupport

/// What became of the cells of one model.
struct ModelResult {
  enum Outcome {
    case agrees
    case differs(digest: String)
    case failed(String)

    var isAgreement: Bool { if case .agrees = self { true } else { false } }
  }

  let model: TrainedModel
  /// The reference's, which every cell must have.
  let digest: String
  var outcomes: [Outcome] = []
}

/// Trains every cell of every model and compares it with the model's reference.
struct MatrixRun {
  let matrix: Matrix
  let runner: CellRunner
  let reference: CellPlan
  /// How many differing cells are trained again to find where they part.
  private var searchesLeft = 3

  init(_ matrix: Matrix, _ runner: CellRunner, reference: CellPlan) {
    self.matrix = matrix
    self.runner = runner
    self.reference = reference
  }

  /// Progress and every disagreement go to standard error.
  mutating func result(of model: TrainedModel) throws -> ModelResult {
    let digest = try runner.digest(reference, of: model, run: "reference")
    var result = ModelResult(model: model, digest: digest)
    for (number, plan) in matrix.plans.enumerated() {
      let outcome = try outcome(of: plan, model, expected: digest)
      result.outcomes.append(outcome)
      say("\(model.name) \(number + 1)/\(matrix.plans.count)  \(plan.description(matrix.factors))  \(outcome.word)")
      switch outcome {
      case .agrees: break
      case .failed(let why): say(why)
      case .differs: say(try placeOfParting(plan, model))
      }
    }
    try runner.remove("reference")
    return result
  }

  private func outcome(of plan: CellPlan, _ model: TrainedModel, expected: String) throws -> ModelResult.Outcome {
    do {
      let digest = try runner.digest(plan, of: model, run: "cell")
      try runner.remove("cell")
      return digest == expected ? .agrees : .differs(digest: digest)
    } catch let failure as CellRunner.Failure {
      try runner.remove("cell")
      return .failed("\(failure)")
    }
  }

  /// Trains the reference and the cell again with a checkpoint at every step, and tells where they part.
  private mutating func placeOfParting(_ plan: CellPlan, _ model: TrainedModel) throws -> String {
    guard searchesLeft > 0 else { return "  not searched for the step: there were others before" }
    searchesLeft -= 1
    defer { for run in ["first", "second"] { removeReporting(run) } }
    do {
      let first = try runner.digest(reference, of: model, run: "first", savingEveryStep: true)
      let second = try runner.digest(plan, of: model, run: "second", savingEveryStep: true)
      guard first != second else { return "  trained again it agrees: it does not differ every time" }
      return try runner.difference("first", "second")
    } catch let failure as CellRunner.Failure {
      return "  trained again it fails: \(failure)"
    }
  }

  private func removeReporting(_ run: String) {
    do { try runner.remove(run) } catch { say("\(run) stays behind: \(error)") }
  }
}

extension ModelResult.Outcome {
  var word: String {
    switch self {
    case .agrees: "agrees"
    case .differs(let digest): "DIFFERS: \(digest)"
    case .failed: "FAILED"
    }
  }
}
