import FoundationEssentials
import TestSupport
import Training

/// A temporary folder with a small problem, in which tests run the program that was built.
///
/// `clouds.csv` holds 90 points in five dimensions in three classes; `clouds.yaml` trains 5-8-3 on it, four lanes of two
/// samples, 20 steps, a checkpoint after every fifth.
final class Workplace {
  let folder: TemporaryFolder
  var path: String { folder.path }

  static let model = "model: {kind: mlp, hidden: [8], activation: tanh, dropout: 0.25}\n"
  static let data = "data: {kind: csv, path: clouds.csv, scaling: z_score}\n"
  static let course = """
    training: {steps: 20, batch: 8, lanes: 4, log_every: 3, evaluate_every: 4}
    optimizer: {kind: adam, learning_rate: 0.02}
    checkpoint: {every: 5, keep: 9}

    """

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(cloudsTable(), to: "clouds.csv")
    try folder.write(Self.model + Self.data + Self.course, to: "clouds.yaml")
  }

  // MARK: - Runs

  /// Starts the program, or several ranks of it under mpirun.
  ///
  /// - Parameter patience: the seconds that mpirun gives ranks to end when the job is over, before it kills them. It waits
  ///   for as long even if they have ended.
  func start(
    _ arguments: [String], ranks: Int? = nil, patience: Int = 0, environment: [String: String] = [:]
  ) throws -> RunningProcess {
    guard let ranks else {
      return try RunningProcess(builtExecutable("revoada"), arguments, environment: environment)
    }
    let patience = ["OMPI_MCA_odls_base_sigkill_timeout": "\(patience)"]
    return try MPIRun.start(
      builtExecutable("revoada"), arguments, ranks: ranks, environment: environment.merging(patience) { $1 })
  }

  func revoada(
    _ arguments: String..., ranks: Int? = nil, environment: [String: String] = [:]
  ) throws -> RunningProcess.Output {
    try start(arguments, ranks: ranks, environment: environment).wait()
  }

  /// `train clouds.yaml` into the folder `run` with some more options.
  func startTraining(_ run: String, _ options: [String] = [], ranks: Int? = nil) throws -> RunningProcess {
    try start(["train", "\(path)/clouds.yaml", "--run", "\(path)/\(run)"] + options, ranks: ranks)
  }

  /// The same to its successful end; returns the run's summary.
  @discardableResult
  func train(_ run: String, _ options: String..., ranks: Int? = nil) throws -> RunSummary {
    let output = try startTraining(run, options, ranks: ranks).wait()
    guard output.exitCode == 0 else { throw UnexpectedEnd(output: output) }
    return try summary(run)
  }

  func summary(_ run: String) throws -> RunSummary {
    try JSONDecoder().decode(RunSummary.self, from: Data(folder.bytes("\(run)/summary.json")))
  }

  /// What `revoada checkpoint digest` prints for a folder.
  func digest(_ name: String) throws -> String {
    let output = try revoada("checkpoint", "digest", "\(path)/\(name)")
    guard output.exitCode == 0 else { throw UnexpectedEnd(output: output) }
    return output.standardOutput
  }

  /// The steps of the run's checkpoints, in ascending order.
  func checkpoints(_ run: String) throws -> [Int] {
    guard folder.exists("\(run)/checkpoints") else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(run)/checkpoints").compactMap { name in
      name.hasPrefix("step-") ? Int(name.dropFirst("step-".count)) : nil
    }.sorted()
  }
}

/// A run that should have succeeded did not.
struct UnexpectedEnd: Error, CustomStringConvertible {
  let output: RunningProcess.Output

  var description: String { "status \(output.exitCode): \(output.standardError)\(output.standardOutput)" }
}
