import Checkpoints
import Failures
import Testing

@Suite("The comparison of checkpoints")
struct CheckpointComparisonTests {
  /// Saves tensors as a checkpoint of their own and opens it. Names that begin with `adam` are the optimizer's state.
  private func checkpoint(
    _ directory: String, step: Int = 1, _ tensors: [(name: String, shape: [Int], values: [Float])]
  ) throws -> LoadedCheckpoint {
    let store = CheckpointStore(directory: directory, keepLast: 9)
    let memories = tensors.map { tensor in
      let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: tensor.values.count)
      _ = memory.initialize(from: tensor.values)
      return NamedTensor(name: tensor.name, shape: tensor.shape, memory: UnsafeBufferPointer(memory))
    }
    defer { for tensor in memories { tensor.memory.deallocate() } }
    let isState: (NamedTensor) -> Bool = { $0.name.hasPrefix("adam") }
    try store.save(
      Checkpoint(
        training: SampleCheckpoint(step: step).training, parameters: memories.filter { !isState($0) },
        optimizerState: memories.filter(isState)))
    return try store.load(step: step)
  }

  private func compare(
    _ first: [(name: String, shape: [Int], values: [Float])], _ second: [(name: String, shape: [Int], values: [Float])]
  ) throws -> CheckpointComparison {
    try withTemporaryDirectory { folder in
      try CheckpointComparison(checkpoint("\(folder)/a", first), checkpoint("\(folder)/b", second))
    }
  }

  @Test("the same bits are equal, a NaN among them, in whatever order the tensors were saved")
  func equal() throws {
    let weight = (name: "w", shape: [2, 2], values: [Float.nan, -0.0, .infinity, 1])
    let moment = (name: "adam.m/w", shape: [1], values: [Float(2)])
    let comparison = try compare([weight, moment], [moment, weight])
    #expect(comparison.isEqual)
    #expect(comparison.compared == 2)
  }

  @Test("differing values are counted; the largest distance, and the first index with both values, are told")
  func values() throws {
    let comparison = try compare(
      [("w", [2, 3], [1, 2, 3, 4, 5, 6]), ("x", [1], [7])], [("w", [2, 3], [1, 2, 3, 4, 5.5, 3]), ("x", [1], [7])])
    #expect(comparison.compared == 2)
    let difference = try #require(comparison.differences.first)
    #expect(comparison.differences.count == 1 && difference.tensor == "w")
    guard case .values(let values) = difference.kind else { throw Unexpected(difference) }
    #expect(values.count == 2 && values.total == 6)
    #expect(values.largest == 3)
    #expect(values.index == [1, 1])
    #expect(values.first == 5 && values.second == 5.5)
  }

  @Test("zeros of other signs differ by nothing, and a NaN from a number without bound")
  func unusual() throws {
    let comparison = try compare([("a", [], [0.0]), ("b", [2], [.nan, 1])], [("a", [], [-0.0]), ("b", [2], [1, 2])])
    let kinds = comparison.differences.map(\.kind)
    guard kinds.count == 2, case .values(let zero) = kinds[0], case .values(let nan) = kinds[1] else {
      throw Unexpected(comparison.differences)
    }
    #expect(zero.count == 1 && zero.largest == 0 && zero.index == [])
    #expect(nan.count == 2 && nan.largest == .infinity && nan.index == [0])
  }

  @Test("tensors of one side alone, and those of other shapes, are named; parameters stand before the state")
  func tables() throws {
    let comparison = try compare(
      [("a", [2], [1, 2]), ("z", [1], [1]), ("adam.m/a", [1], [0])],
      [("b", [1], [1]), ("z", [1, 1], [1]), ("adam.m/a", [1], [1])])
    #expect(comparison.compared == 1)
    #expect(comparison.differences.map(\.tensor) == ["a", "b", "z", "adam.m/a"])
    let kinds = comparison.differences.prefix(3).map(\.kind)
    #expect(
      kinds == [.onlyInFirst(shape: [2]), .onlyInSecond(shape: [1]), .shapes(first: [1], second: [1, 1])])
  }

  private struct Unexpected: Error {
    init(_: Any) {}
  }

  // MARK: - Runs

  /// Checkpoints of one value for each step.
  private func save(_ values: [Int: Float], to directory: String) throws -> CheckpointStore {
    for (step, value) in values.sorted(by: { $0.key < $1.key }) {
      _ = try checkpoint(directory, step: step, [("w", [1], [1]), ("adam.m/w", [1], [value])])
    }
    return CheckpointStore(directory: directory)
  }

  @Test("runs part at the first common step that differs, be it in the optimizer's state alone")
  func parting() throws {
    try withTemporaryDirectory { folder in
      let first = try save([2: 1, 4: 2, 5: 8, 6: 3, 8: 5], to: "\(folder)/a")
      let second = try save([2: 1, 4: 2, 6: 4, 8: 5, 9: 1], to: "\(folder)/b")
      let runs = try RunComparison(first, second)
      #expect(runs.lastEqualStep == 4 && runs.partingStep == 6 && runs.comparedSteps == 3)
      #expect(runs.comparison.differences.map(\.tensor) == ["adam.m/w"])
    }
  }

  @Test("runs whose common steps are equal do not part; those that differ from the start have no equal step")
  func extremes() throws {
    try withTemporaryDirectory { folder in
      let first = try save([1: 1, 2: 2, 3: 3], to: "\(folder)/a")
      let equal = try RunComparison(first, save([2: 2, 3: 3, 4: 4], to: "\(folder)/b"))
      #expect(equal.lastEqualStep == 3 && equal.partingStep == nil && equal.comparison.isEqual)
      let other = try RunComparison(first, save([1: 0, 2: 2], to: "\(folder)/c"))
      #expect(other.lastEqualStep == nil && other.partingStep == 1)
    }
  }

  @Test("runs without a common step cannot be compared")
  func nothingInCommon() throws {
    try withTemporaryDirectory { folder in
      let stores = try (save([1: 1], to: "\(folder)/a"), save([2: 1], to: "\(folder)/b"))
      let failure = #expect(throws: CheckpointFailure.self) { try RunComparison(stores.0, stores.1) }
      #expect(failure?.exitStatus == .missingInput)
    }
  }
}
