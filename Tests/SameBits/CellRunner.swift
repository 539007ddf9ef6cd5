import TestSupport

/// Trains cells by the program, each in a run folder of its own.
struct CellRunner {
  let program: String
  let folder: TemporaryFolder

  /// A command that did not end as it should, or not in the time it had.
  struct Failure: Error, CustomStringConvertible {
    let command: [String]
    let ending: String

    init(_ command: [String], _ output: RunningProcess.Output) {
      self.command = command
      ending = "status \(output.exitCode)\n\(output.standardError)\(output.standardOutput)"
    }

    init(_ command: [String], _ timedOut: RunningProcess.TimedOut) {
      self.command = command
      ending = timedOut.description
    }

    var description: String { "\(command.joined(separator: " "))\n\(ending)" }
  }

  init(program: String, models: [TrainedModel]) throws {
    self.program = program
    folder = try TemporaryFolder()
    try folder.write(sampleText(), to: "text.txt")
    for model in models { try folder.write(model.configuration, to: model.name + ".yaml") }
  }

  /// Trains from the beginning and returns the digest of the weights.
  ///
  /// - Parameter run: the name of the run folder, which must be new.
  func digest(_ plan: CellPlan, of model: TrainedModel, run: String, savingEveryStep: Bool = false) throws -> String {
    for leg in plan.legs {
      var arguments = [folder.path + "/" + model.name + ".yaml", "--run", folder.path + "/" + run]
      arguments += ["--steps", "\(leg.lastStep)", "--threads", "\(plan.cell.threads)"]
      var settings = plan.isReference ? [] : plan.cell.settings(ranks: leg.ranks)
      if savingEveryStep { settings.append("checkpoint.every=1") }
      if plan.isSpoiled { settings.append("training.seed=2") }
      let start = plan.isReference ? [program, "train"] : launch(plan.cell, ranks: leg.ranks)
      try succeed(start + arguments + settings.flatMap { ["--set", $0] }, plan.cell)
    }
    let output = try succeed([program, "checkpoint", "digest", folder.path + "/" + run], plan.cell)
    return String(output.standardOutput.prefix { $0 != "\n" })
  }

  /// What `revoada checkpoint diff` says about two runs.
  func difference(_ first: String, _ second: String) throws -> String {
    let command = [program, "checkpoint", "diff", folder.path + "/" + first, folder.path + "/" + second]
    let output = try run(command)
    guard output.exitCode <= 1 else { throw Failure(command, output) }
    return output.standardOutput
  }

  func remove(_ run: String) throws {
    if folder.exists(run) { try folder.remove(run) }
  }

  private func launch(_ cell: Cell, ranks: Int) -> [String] {
    guard cell.isInLab else { return [program, "launch", "-n", "\(ranks)"] }
    let most = Cell.ranksPerNode(ranks, nodes: cell.nodes)
    let hosts = stride(from: 0, to: ranks, by: most).map { first in
      "lab\(first / most + 1):\(min(most, ranks - first))"
    }
    return NetworkLab.command(hosts: cell.nodes) + [program, "launch", "--hosts", hosts.joined(separator: ",")]
  }

  @discardableResult
  private func succeed(_ command: [String], _ cell: Cell) throws -> RunningProcess.Output {
    // Ranks take turns on few cores: one that waits lets the others run.
    let environment = ["REVOADA_ISA": cell.instructionSet.rawValue, "OMPI_MCA_mpi_yield_when_idle": "1"]
    let output = try run(command, environment: environment)
    guard output.exitCode == 0 else { throw Failure(command, output) }
    return output
  }

  /// A cell takes seconds; one that takes minutes hangs, and is a failure like any other.
  private func run(_ command: [String], environment: [String: String] = [:]) throws -> RunningProcess.Output {
    do {
      return try RunningProcess(command[0], Array(command.dropFirst()), environment: environment).wait(timeout: 120)
    } catch let timedOut as RunningProcess.TimedOut {
      throw Failure(command, timedOut)
    }
  }
}
