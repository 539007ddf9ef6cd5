import ArgumentParser
import KernelInterface
import TensorCore
import TestSupport

/// The matrix of same bits: trains every model in many ways and expects one digest for each.
@main
struct SameBitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "same-bits",
    abstract: "Train in many ways - ranks, threads, nodes, stopped and resumed - and expect the same bits.",
    discussion: """
      Every pair of values of two factors occurs in at least one cell. A cell that differs is trained again with a \
      checkpoint at every step, and the step and tensor at which it parts are printed. The status is 1 if any cell \
      fails. Progress goes to standard error.

      Examples:
        same-bits
        same-bits --small --model mlp
        same-bits --whole --seed 7 --json > bits.json
      """)

  @Option(help: "The program to test; by default the revoada beside this one.")
  var program: String?

  @Option(help: ArgumentHelp("Only this model; may be repeated.", valueName: "name"))
  var model: [String] = []

  @Option(help: "Chooses the cells and the steps at which they stop.")
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Only the first so many cells of each model.", valueName: "n"))
  var cells: Int?

  @Flag(help: "At most 4 ranks, no lab, and 3 cells of each model unless --cells says otherwise.")
  var small = false

  @Flag(help: "Also the whole product of the factors, without being resumed and the lab.")
  var whole = false

  @Option(help: ArgumentHelp("Train cell n of each model with another seed: it must be found.", valueName: "n"))
  var spoil: Int?

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    let names = TrainedModel.all.map(\.name)
    if let unknown = model.first(where: { !names.contains($0) }) {
      throw ValidationError("--model \(unknown): there are \(names.joined(separator: ", ")).")
    }
    if let cells, cells < 1 { throw ValidationError("--cells \(cells): at least one cell is needed.") }
  }

  func run() throws {
    let matrix = self.matrix
    if let spoil, !matrix.plans.indices.contains(spoil - 1) {
      throw ValidationError("--spoil \(spoil): the cells are numbered from 1 to \(matrix.plans.count).")
    }
    let models = TrainedModel.all.filter { model.isEmpty || model.contains($0.name) }
    let runner = try CellRunner(program: program ?? builtExecutable("revoada"), models: models)
    let reference = CellPlan.reference(Processor.supportedInstructionSets[0], steps: TrainedModel.steps)
    var run = MatrixRun(matrix, runner, reference: reference)
    let report = MatrixReport(matrix: matrix, results: try models.map { try run.result(of: $0) })
    print(json ? try report.json() : report.text)
    if report.failed > 0 { throw ExitCode(1) }
  }

  private var matrix: Matrix {
    var options = Matrix.Options(instructionSets: Processor.supportedInstructionSets, isSmall: small, isWhole: whole)
    options.isLabAvailable = NetworkLab.isAvailable
    options.limit = cells ?? (small ? 3 : nil)
    options.seed = seed
    if options.instructionSets == [.avx2] { say("same-bits: avx512 is left out: this processor lacks it") }
    if !small && !options.isLabAvailable {
      say("same-bits: the lab is left out: it needs root, and cluster/bootstrap.sh --lab")
    }
    return Matrix(options, spoiling: spoil)
  }
}
