import Autograd
import TensorCore
import TestSupport
import Testing

@Suite("Embeddings, projected cross-entropy and recurrent layers agree with PyTorch")
struct GoldenSequenceTests {
  private let backend = Backend(threads: 1)

  /// The gradients of `loss` by the case's values of these names, which become parameters.
  private func gradients(
    of names: [String], _ golden: GoldenFile, _ name: String, _ loss: (Tape, [String: Variable]) throws -> Variable
  ) throws -> [String: [Float]] {
    var layout = ParameterLayout()
    let indices = try names.map { layout.append(name: $0, shape: Shape(try golden.shape(name, $0))) }
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    for (index, key) in zip(indices, names) { parameters.write(try golden.floats(name, key), to: index) }
    let tape = Tape(parameters: parameters, gradients: gradients)
    tape.backward(from: try loss(tape, Dictionary(uniqueKeysWithValues: zip(names, indices.map(tape.parameter)))))
    return Dictionary(uniqueKeysWithValues: zip(names, indices.map { gradients.tensor($0).values }))
  }

  private func expectGolden(
    _ values: [Float], _ golden: GoldenFile, _ name: String, _ key: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    expectClose(
      values, try golden.floats(name, key), tolerance: 3e-6, "\(name), \(key)", sourceLocation: sourceLocation)
  }

  private func tensor(_ golden: GoldenFile, _ name: String, _ key: String) throws -> Tensor {
    Tensor(try golden.floats(name, key), Shape(try golden.shape(name, key)), on: backend)
  }

  @Test("an embedding with a padding id")
  func embedding() throws {
    let golden = try GoldenFile("sequence")
    let gradients = try gradients(of: ["table"], golden, "embedding") { tape, variables in
      let padding = try golden.integers("embedding", "padding")[0]
      let rows = variables["table"]!.rows(at: try golden.integers("embedding", "ids"), padding: padding)
      try expectGolden(rows.value.values, golden, "embedding", "output")
      return (tape.constant(try tensor(golden, "embedding", "upstream")) * rows).sum()
    }
    try expectGolden(gradients["table"]!, golden, "embedding", "gradient")
  }

  @Test("cross-entropy of a projection with ignored labels")
  func projectedCrossEntropy() throws {
    let golden = try GoldenFile("sequence")
    let labels = try golden.integers("projected", "labels")
    let gradients = try gradients(of: ["x", "weight", "bias"], golden, "projected") { _, variables in
      let (x, weight, bias) = (variables["x"]!, variables["weight"]!, variables["bias"]!)
      let loss = x.crossEntropy(projectedBy: weight, bias: bias, labels: labels)
      try expectGolden(loss.value.values, golden, "projected", "loss")
      let losses = ProjectedCrossEntropy(
        of: x.value, projectedBy: LogitsProjection(weight: weight.value, isTransposed: false, bias: bias.value),
        labels: labels, ignoring: -1, keepsLogits: false
      ).losses
      try expectGolden(losses.values, golden, "projected", "losses")
      return loss
    }
    for (name, values) in gradients { try expectGolden(values, golden, "projected", name + "Gradient") }
  }

  @Test("cross-entropy projected by the embedding table")
  func tiedTable() throws {
    let golden = try GoldenFile("sequence")
    let gradients = try gradients(of: ["weight"], golden, "tied") { tape, variables in
      let table = variables["weight"]!
      let x = table.rows(at: try golden.integers("tied", "ids")) * tape.constant(try tensor(golden, "tied", "factors"))
      let loss = x.crossEntropy(projectedBy: table, transposed: true, labels: try golden.integers("tied", "labels"))
      try expectGolden(loss.value.values, golden, "tied", "loss")
      return loss
    }
    try expectGolden(gradients["weight"]!, golden, "tied", "weightGradient")
  }

  static let variants = ["", "Initial", "Reversed", "Lengths", "ReversedLengths"]

  @Test("LSTM layers", arguments: variants.map { "lstm" + $0 })
  func lstm(name: String) throws {
    let golden = try GoldenFile("sequence")
    let hasState = golden.has(name, "initialHidden")
    let names = ["x", "inputWeight", "recurrentWeight", "bias"] + (hasState ? ["initialHidden", "initialCell"] : [])
    let gradients = try gradients(of: names, golden, name) { tape, v in
      let result = v["x"]!.lstm(
        inputWeight: v["inputWeight"]!, recurrentWeight: v["recurrentWeight"]!, bias: v["bias"],
        initial: hasState ? LSTMState(hidden: v["initialHidden"]!, cell: v["initialCell"]!) : nil,
        reversed: name.contains("Reversed"), lengths: try lengths(golden, name))
      try expectGolden(result.final.cell.value.values, golden, name, "finalCell")
      let cell = tape.constant(try tensor(golden, name, "upstreamFinalCell")) * result.final.cell
      return try loss(result.hidden, result.final.hidden, golden, name) + cell.sum()
    }
    for (key, values) in gradients { try expectGolden(values, golden, name, key + "Gradient") }
  }

  @Test("GRU layers", arguments: variants.map { "gru" + $0 })
  func gru(name: String) throws {
    let golden = try GoldenFile("sequence")
    let hasState = golden.has(name, "initialHidden")
    let names =
      ["x", "inputWeight", "recurrentWeight", "bias", "recurrentBias"] + (hasState ? ["initialHidden"] : [])
    let gradients = try gradients(of: names, golden, name) { _, v in
      let result = v["x"]!.gru(
        inputWeight: v["inputWeight"]!, recurrentWeight: v["recurrentWeight"]!, bias: v["bias"],
        recurrentBias: v["recurrentBias"], initial: v["initialHidden"], reversed: name.contains("Reversed"),
        lengths: try lengths(golden, name))
      return try loss(result.hidden, result.final, golden, name)
    }
    for (key, values) in gradients { try expectGolden(values, golden, name, key + "Gradient") }
  }

  private func lengths(_ golden: GoldenFile, _ name: String) throws -> [Int32]? {
    golden.has(name, "lengths") ? try golden.integers(name, "lengths") : nil
  }

  /// The sum of all h and of the final ones times their upstream gradients. Behind a sequence's end PyTorch's h is
  /// zero.
  private func loss(_ hidden: Variable, _ final: Variable, _ golden: GoldenFile, _ name: String) throws -> Variable {
    let expected = try golden.floats(name, "hidden")
    let values = zip(hidden.value.values, expected).map { $1 == 0 ? 0 : $0 }
    try expectGolden(values, golden, name, "hidden")
    try expectGolden(final.value.values, golden, name, "finalHidden")
    let tape = hidden.tape
    let all = tape.constant(try tensor(golden, name, "upstreamHidden")) * hidden
    let last = tape.constant(try tensor(golden, name, "upstreamFinalHidden")) * final
    return all.sum() + last.sum()
  }
}
