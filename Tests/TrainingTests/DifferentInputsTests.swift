import Checkpoints
import Collectives
import Failures
import Files
import TensorCore
import TestSupport
import Testing

@testable import Training

/// Ranks that were not started alike.
@Suite struct DifferentInputsTests {
  private let experiment: Experiment

  init() throws { experiment = try Experiment() }

  /// Three ranks, of which number 1 has something else: what each of them fails with.
  private func failures(program: String = "a", override: String? = nil, file: String = "clouds.yaml") throws
    -> [any Error]
  {
    let path = experiment.folder.path
    return try InProcessGroup.run(ranks: 3) { group in
      let isOdd = group.rank == 1
      let configuration = try RunConfiguration.read(
        file: "\(path)/\(isOdd ? file : "clouds.yaml")", overrides: isOdd ? override.map { [$0] } ?? [] : [])
      let environment = RunEnvironment(
        group: group, backend: Backend(threads: 1), fileSystem: QuickFileSystem(), display: NotingDisplay(),
        programDigest: { isOdd ? program : "a" }, isInterrupted: { false })
      do {
        _ = try TrainingRun(configuration, directory: RunDirectory("\(path)/run"), resume: .none, in: environment)
        return CheckFailed()
      } catch { return error }
    }
  }

  private struct CheckFailed: Error {}

  private func expect(_ failures: [any Error], _ what: String, _ status: Failures.ExitStatus) {
    #expect(failures[0] as? DifferentInputs == DifferentInputs(ranks: [1], total: 3, what: what))
    #expect((failures[0] as? DifferentInputs)?.exitStatus == status)
    for other in failures.dropFirst() {
      #expect(other as? FailedElsewhere == FailedElsewhere(rank: 0, exitStatus: status))
    }
  }

  @Test("a rank with another program is named")
  func program() throws { expect(try failures(program: "b"), "program", .configuration) }

  @Test("a rank with another configuration is named, be it only in what is reported")
  func configuration() throws {
    expect(try failures(override: "training.log_every=4"), "configuration", .configuration)
  }

  @Test("a rank with other data is named; where the data lie does not matter")
  func data() throws {
    try experiment.folder.write(
      try experiment.folder.text("clouds.yaml").replacing("clouds.csv", with: "others.csv"), to: "others.yaml")
    try experiment.folder.write(cloudsTable(rows: Experiment.rows, spread: 0.25), to: "others.csv")
    expect(try failures(file: "others.yaml"), "data", .badData)
  }

  @Test("the odd ones out are those that differ from most, or from the first where there is no majority")
  func odd() {
    #expect(RunEnvironment.odd(among: [[1], [1], [1]]) == nil)
    #expect(RunEnvironment.odd(among: [[2], [1], [1]]) == [0])
    #expect(RunEnvironment.odd(among: [[1], [2]]) == [1])
    #expect(RunEnvironment.odd(among: [[1], [2], [3], [2]]) == [0, 2])
  }

  @Test("the message says which rank, what, and what to do")
  func message() {
    let one = DifferentInputs(ranks: [3], total: 8, what: "program")
    #expect(one.message == "rank 3 does not have the program of the other 7")
    #expect(one.remedy == "Install the same build of revoada on every machine.")
    let two = DifferentInputs(ranks: [3, 5], total: 8, what: "data")
    #expect(two.message == "ranks 3, 5 do not have the data of the other 6")
  }
}
