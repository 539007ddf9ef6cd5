import FoundationEssentials
import TestSupport
import Training

/// A temporary folder with a small problem, in which tests run the program that was built.
///
/// `clouds.csv` holds 90 points in five dimensions in three classes; `clouds.yaml` trains 5-8-3 on it, four lanes of two
/// samples, 20 steps, a checkpoint after every fifth.
final class Workplace {
  let path: String

  static let model = "model: {kind: mlp, hidden: [8], activation: tanh, dropout: 0.25}\n"
  static let data = "data: {kind: csv, path: clouds.csv, scaling: z_score}\n"
  static let course = """
    training: {steps: 20, batch: 8, lanes: 4, log_every: 3, evaluate_every: 4}
    optimizer: {kind: adam, learning_rate: 0.02}
    checkpoint: {every: 5, keep: 9}

    """

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "command-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
    try write(Self.clouds, to: "clouds.csv")
    try write(Self.model + Self.data + Self.course, to: "clouds.yaml")
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("\(path) stays behind: \(error)")
    }
  }

  /// One line for each of the points.
  static let clouds: String = {
    let noise = seededValues(90 * 5, seed: 7, low: -0.5, high: 0.5)
    return (0..<90).map { row in
      let label = row % 3
      let cells = (0..<5).map { column in noise[row * 5 + column] + (column == label ? 1 : 0) }
      return cells.map { "\($0)" }.joined(separator: ",") + ",\(label)\n"
    }.joined()
  }()

  // MARK: - Files

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  /// Writes a file, and the folders it is to lie in.
  func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(filePath: "\(path)/\(name)")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: "\(path)/\(name)"))) }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

  func rename(_ name: String, to newName: String) throws {
    try FileManager.default.moveItem(atPath: "\(path)/\(name)", toPath: "\(path)/\(newName)")
  }

  /// The paths of everything under a folder, from there on.
  func contents(_ name: String) throws -> [String] {
    guard exists(name) else { return [] }
    return try FileManager.default.subpathsOfDirectory(atPath: "\(path)/\(name)").sorted()
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
    try JSONDecoder().decode(RunSummary.self, from: Data(bytes("\(run)/summary.json")))
  }

  /// What `revoada checkpoint digest` prints for a folder.
  func digest(_ name: String) throws -> String {
    let output = try revoada("checkpoint", "digest", "\(path)/\(name)")
    guard output.exitCode == 0 else { throw UnexpectedEnd(output: output) }
    return output.standardOutput
  }

  /// The steps of the run's checkpoints, in ascending order.
  func checkpoints(_ run: String) throws -> [Int] {
    guard exists("\(run)/checkpoints") else { return [] }
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
