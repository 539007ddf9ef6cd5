import FoundationEssentials
import TestSupport
import Testing

extension CommandTests {
  @Suite struct CheckpointDiffTests {
    private let workplace: Workplace
    /// A run whose learning rate falls after step 12.
    private static let otherCourse = ["optimizer.schedule.kind=step", "optimizer.schedule.every=12"]

    init() throws {
      workplace = try Workplace()
      try workplace.train("a")
    }

    private func diff(_ names: String..., options: [String] = []) throws -> RunningProcess.Output {
      try workplace.start(["checkpoint", "diff"] + names.map { "\(workplace.path)/\($0)" } + options).wait()
    }

    private func trainOther(_ run: String) throws {
      try workplace.train(run, "--set", Self.otherCourse[0], "--set", Self.otherCourse[1])
    }

    @Test("equal runs and equal checkpoints: status 0, and up to which step")
    func equal() throws {
      try workplace.train("b", ranks: 2)
      let runs = try diff("a", "b")
      #expect(runs.exitCode == 0)
      #expect(runs.standardOutput == "equal up to step 20, the last of 4 that both have\n")
      let checkpoints = try diff("a/checkpoints/step-00000010", "b/checkpoints/step-00000010")
      #expect(checkpoints.exitCode == 0)
      #expect(checkpoints.standardOutput == "equal: all 12 tensors are the same bits\n")
    }

    @Test("runs that part: status 1, the step, and a table of the tensors")
    func parting() throws {
      try trainOther("b")
      let output = try diff("a", "b")
      #expect(output.exitCode == 1)
      #expect(output.standardError == "")
      let lines = output.standardOutput.split(separator: "\n")
      #expect(
        lines[0] == "equal up to step 10; at step 15 12 tensors differ, the first of them layers.0.bias")
      #expect(lines[1].hasPrefix("tensor "))
      #expect(lines.count == 2 + 12)
      #expect(lines.contains { $0.hasPrefix("layers.0.weight ") && $0.contains(" of 40 ") && $0.contains("[0, 0]") })
      #expect(lines.contains { $0.hasPrefix("m/layers.0.weight ") })
    }

    @Test("a checkpoint is compared with a run's of the same step, and --json tells the same")
    func json() throws {
      try trainOther("b")
      #expect(try diff("a/checkpoints/step-00000010", "b").exitCode == 0)
      #expect(try diff("a", "b/checkpoints/step-00000010").exitCode == 0)
      #expect(try diff("a", "b/checkpoints/step-00000020").exitCode == 1)
      let output = try diff("a", "b", options: ["--json"])
      #expect(output.exitCode == 1)
      let document = try JSONDecoder().decode(Document.self, from: Data(output.standardOutput.utf8))
      #expect(document.equal == false && document.lastEqualStep == 10 && document.partingStep == 15)
      let weight = try #require(document.differences.first { $0.tensor == "layers.0.weight" })
      #expect(weight.total == 40 && weight.index?.count == 2 && weight.first != weight.second)
    }

    private struct Document: Decodable {
      struct Entry: Decodable {
        let tensor: String
        let total: Int?
        let index: [Int]?
        let first: Float?
        let second: Float?
      }
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

    @Test("another architecture: tensors that only one has, and those of other shapes, are named")
    func otherModel() throws {
      try workplace.train("b", "--set", "model.hidden=[4, 4]", "--steps", "5")
      let output = try diff("a", "b")
      #expect(output.exitCode == 1)
      #expect(output.standardOutput.hasPrefix("no equal step before; at step 5 "))
      #expect(output.standardOutput.contains("\nlayers.0.weight is [5, 8] in the first, [5, 4] in the second\n"))
      #expect(output.standardOutput.contains("\nv/layers.0.bias is [8] in the first, [4] in the second\n"))
      #expect(output.standardOutput.contains(" is only in the second\n"))
    }

    @Test("what is not there or damaged has a status above 1")
    func notComparable() throws {
      #expect(try diff("a", "nowhere").exitCode == 66)
      #expect(try diff("a", "a/checkpoints/step-00000021").exitCode == 66)
      try workplace.train("b", "--steps", "3")
      let apart = try diff("a", "b")
      #expect(apart.exitCode == 66)
      #expect(apart.standardError.contains("have no checkpoints of the same step"))
      try workplace.folder.remove("a/checkpoints/step-00000005/MANIFEST.json")
      #expect(try diff("a", "a/checkpoints/step-00000005").exitCode == 65)
    }
  }
}
