import Checkpoints
import Failures
import Testing

@Suite("A checkpoint of another model")
struct OtherModelTests {
  /// The message of loading the sample into a model with these tensors.
  private func message(_ expected: [TensorSignature]) throws -> String {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run)
      try SampleCheckpoint(step: 1).save(to: store)
      let loaded = try store.load(step: 1)
      do {
        try loaded.requireParameters(expected)
        return ""
      } catch let failure as CheckpointFailure {
        #expect(failure.exitStatus == .badData)
        return failure.message.replacing(run, with: "run")
      }
    }
  }

  private let weight = TensorSignature(name: "0.weight", shape: [3, 2])
  private let bias = TensorSignature(name: "0.bias", shape: [3])

  @Test("is accepted only when every tensor fits, in whatever order")
  func same() throws {
    #expect(try message([weight, bias]) == "")
    #expect(try message([bias, weight]) == "")
  }

  @Test("is named with the tensor of another shape")
  func shape() throws {
    #expect(
      try message([TensorSignature(name: "0.weight", shape: [2, 3]), bias])
        == "run/step-00000001 is a checkpoint of another model: "
        + "its tensor '0.weight' has shape [3, 2], here it is [2, 3]"
    )
  }

  @Test("is named with the tensor it lacks, and how many more differ")
  func missing() throws {
    #expect(
      try message([
        weight, TensorSignature(name: "1.weight", shape: [4]), TensorSignature(name: "1.bias", shape: []), bias,
      ])
        == "run/step-00000001 is a checkpoint of another model: "
        + "it lacks tensor '1.weight' [4] (and 1 more tensor differs)"
    )
  }

  @Test("is named with the tensor it has too many, the model's own first")
  func unexpected() throws {
    #expect(
      try message([weight])
        == "run/step-00000001 is a checkpoint of another model: its tensor '0.bias' [3] has no place here")
    #expect(
      try message([TensorSignature(name: "0.weight", shape: [6]), TensorSignature(name: "x", shape: [1])])
        == "run/step-00000001 is a checkpoint of another model: its tensor '0.weight' has shape [3, 2], here it is [6] "
        + "(and 2 more tensors differ)")
  }

  @Test("gives none of its values to a tensor of another shape or name")
  func copy() throws {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run)
      try SampleCheckpoint(step: 1).save(to: store)
      let loaded = try store.load(step: 1)
      #expect(throws: CheckpointFailure.self) { try loaded.parameter("0.weight", [2, 3]) }
      #expect(throws: CheckpointFailure.self) { try loaded.parameter("adam.m/0.weight", [3, 2]) }
      #expect(throws: CheckpointFailure.self) { try loaded.optimizerState("0.weight", [3, 2]) }
      #expect(throws: CheckpointFailure.self) { try loaded.requireOptimizerState([]) }
    }
  }
}
