import Autograd
import TensorCore
import TestSupport
import Testing

@Suite("Gradients of recurrent layers")
struct RecurrentGradientTests {
  /// Some units; the directions; sequences of one length and of several.
  struct Case: CustomStringConvertible {
    let units: Int
    let isReversed: Bool
    let lengths: [Int32]?
    var description: String { "\(units) units\(isReversed ? ", reversed" : "")\(lengths.map { ", \($0)" } ?? "")" }
    var reference: RecurrentReference { RecurrentReference(isReversed: isReversed, lengths: lengths) }
  }

  static let cases = [
    Case(units: 1, isReversed: false, lengths: nil), Case(units: 2, isReversed: true, lengths: nil),
    Case(units: 2, isReversed: false, lengths: [2, 3]), Case(units: 1, isReversed: true, lengths: [1, 3]),
    Case(units: 2, isReversed: false, lengths: [0, 2]),
  ]
  private let batch = 2
  private let time = 3
  private let inputs = 2

  /// x, W, R and the biases, then the states.
  private func operands(_ units: Int, gates: Int, biases: Int, states: Int) -> [Reference] {
    let shapes: [Shape] =
      [[batch, time, inputs], [inputs, gates * units], [units, gates * units]]
      + Array(repeating: [gates * units], count: biases) + Array(repeating: [batch, units], count: states)
    return shapes.enumerated().map { .random($1, seed: UInt64(200 + $0)) }
  }

  private func lstm(_ v: [Variable], _ c: Case) -> (hidden: Variable, final: LSTMState) {
    v[0].lstm(
      inputWeight: v[1], recurrentWeight: v[2], bias: v[3],
      initial: v.count > 4 ? LSTMState(hidden: v[4], cell: v[5]) : nil, reversed: c.isReversed, lengths: c.lengths)
  }

  private func lstm(_ r: [Reference], _ c: Case) -> (Reference, Reference, Reference) {
    c.reference.lstm(r[0], r[1], r[2], r[3], initial: r.count > 4 ? (r[4], r[5]) : nil)
  }

  @Test("an LSTM's states at all steps, from zeros and from a given state", arguments: cases)
  func lstmStates(c: Case) {
    for states in [0, 2] {
      expectGradients(
        "LSTM of \(c)", at: operands(c.units, gates: 4, biases: 1, states: states), of: { lstm($0, c).hidden },
        matching: { lstm($0, c).0 })
    }
  }

  @Test("an LSTM's final states, alone and together", arguments: cases)
  func lstmFinalStates(c: Case) {
    let operands = operands(c.units, gates: 4, biases: 1, states: 2)
    expectGradients("final h of \(c)", at: operands, of: { lstm($0, c).final.hidden }, matching: { lstm($0, c).1 })
    expectGradients("final c of \(c)", at: operands, of: { lstm($0, c).final.cell }, matching: { lstm($0, c).2 })
    expectGradients("final h and c of \(c)", at: operands) { variables in
      let final = lstm(variables, c).final
      return final.hidden * final.cell
    } matching: { references in
      let (_, h, cell) = lstm(references, c)
      return h * cell
    }
  }

  private func gru(_ v: [Variable], _ c: Case) -> (hidden: Variable, final: Variable) {
    v[0].gru(
      inputWeight: v[1], recurrentWeight: v[2], bias: v[3], recurrentBias: v[4], initial: v.count > 5 ? v[5] : nil,
      reversed: c.isReversed, lengths: c.lengths)
  }

  private func gru(_ r: [Reference], _ c: Case) -> (Reference, Reference) {
    c.reference.gru(r[0], r[1], r[2], r[3], r[4], initial: r.count > 5 ? r[5] : nil)
  }

  @Test("a GRU's states, from zeros and from a given state", arguments: cases)
  func gruStates(c: Case) {
    for states in [0, 1] {
      let operands = operands(c.units, gates: 3, biases: 2, states: states)
      expectGradients("GRU of \(c)", at: operands, of: { gru($0, c).hidden }, matching: { gru($0, c).0 })
      expectGradients("final h of \(c)", at: operands, of: { gru($0, c).final }, matching: { gru($0, c).1 })
    }
  }

  @Test("two directions on one input: a bidirectional layer")
  func bidirectional() {
    let c = Self.cases[0]
    let back = Self.cases[1]
    expectGradients(
      "bidirectional", at: operands(2, gates: 4, biases: 1, states: 0),
      of: { lstm($0, c).hidden + lstm($0, back).hidden }, matching: { lstm($0, c).0 + lstm($0, back).0 })
  }

  @Test("layers without biases, on data that gets no gradient")
  func withoutBiases() {
    let x = Reference.random([batch, time, inputs], seed: 210)
    let tensor = x.tensor(on: Backend(threads: 1))
    let zeros = Reference.zeros([12])
    expectGradients("LSTM", at: [.random([inputs, 12], seed: 211), .random([3, 12], seed: 212)]) { v in
      v[0].tape.constant(tensor).lstm(inputWeight: v[0], recurrentWeight: v[1], bias: nil).hidden
    } matching: {
      RecurrentReference().lstm(x, $0[0], $0[1], zeros).0
    }
    let none = Reference.zeros([9])
    expectGradients("GRU", at: [.random([inputs, 9], seed: 213), .random([3, 9], seed: 214)]) { v in
      v[0].tape.constant(tensor).gru(inputWeight: v[0], recurrentWeight: v[1], bias: nil, recurrentBias: nil).hidden
    } matching: {
      RecurrentReference().gru(x, $0[0], $0[1], none, none).0
    }
  }

  @Test("weights of different numbers of gates end the program with both shapes in the message")
  func mismatch() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let backend = Backend(threads: 1)
      let tape = Tape(parameters: Arena(ParameterLayout(), on: backend), gradients: nil)
      let variable = { (shape: Shape) in tape.constant(Tensor(filledWith: 1, shape, on: backend)) }
      _ = variable([2, 3, 5]).lstm(inputWeight: variable([5, 9]), recurrentWeight: variable([3, 12]), bias: nil)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("weights [5, 9] and [3, 12]"))
  }

  @Test("the last step of sequences")
  func lastStep() {
    expectGradients(
      "last step", at: [.random([3, 4, 5], seed: 215)], of: { $0[0].lastStep() }, matching: { $0[0].step(3) })
  }
}
