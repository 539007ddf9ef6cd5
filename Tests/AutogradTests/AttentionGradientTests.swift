import Autograd
import Glibc
import TensorCore
import Testing

@Suite("Gradients of attention")
struct AttentionGradientTests {
  @Test(
    "within a packed projection",
    arguments: [
      AttentionOptions(heads: 2), AttentionOptions(heads: 2, isCausal: true),
      AttentionOptions(heads: 4, keyValueHeads: 2, scale: 0.7),
      AttentionOptions(heads: 3, keyValueHeads: 1, isCausal: true),
      AttentionOptions(heads: 1, visibleKeys: .first([3, 5])),
      AttentionOptions(heads: 2, isCausal: true, visibleKeys: .marked([0, 1, 1, 0, 1, 1, 1, 0, 1, 1])),
    ])
  func packed(options: AttentionOptions) {
    let x = Reference.random([2, 5, (options.heads + 2 * options.keyValueHeads) * 3], seed: 40)
    expectGradients(
      "\(options)", at: [x], of: { attention($0[0], options) }, matching: { $0[0].attention(options) })
    let bias = Reference.random([options.heads, 5, 5], seed: 41)
    expectGradients(
      "\(options) with bias", at: [x, bias], of: { attention($0[0], options, bias: $0[1]) },
      matching: { $0[0].attention(options, bias: $0[1]) })
  }

  @Test("queries of one sequence over another", arguments: [(4, 6), (6, 4), (1, 3)], [false, true])
  func cross(times: (queries: Int, keys: Int), isCausal: Bool) {
    let options = AttentionOptions(heads: 2, keyValueHeads: 1, isCausal: isCausal)
    let operands: [Reference] = [
      .random([2, times.queries, 8], seed: 42), .random([2, times.keys, 8], seed: 43),
      .random([2, times.queries, times.keys], seed: 44),
    ]
    expectGradients(
      "\(times), causal: \(isCausal)", at: operands,
      of: {
        $0[0].attention(
          over: $0[1], heads: 2, keyValueHeads: 1, isCausal: isCausal, bias: $0[2])
      },
      matching: { $0[0].attention(over: $0[1], options, bias: $0[2]) })
  }

  @Test("operands that are data get no gradient, the others theirs", arguments: 0..<3)
  func data(variable: Int) {
    let operands: [Reference] = [
      .random([1, 3, 4], seed: 45), .random([1, 5, 8], seed: 46), .random([1, 3, 5], seed: 47),
    ]
    let options = AttentionOptions(heads: 1)
    expectGradients(
      "operand \(variable) alone", at: [operands[variable]],
      of: { x in
        let all = operands.indices.map {
          $0 == variable ? x[0] : x[0].tape.constant(operands[$0].tensor(on: x[0].tape.backend))
        }
        return all[0].attention(over: all[1], heads: 1, bias: all[2])
      },
      matching: { x in
        let all = operands.indices.map { $0 == variable ? x[0] : operands[$0] }
        return all[0].attention(over: all[1], options, bias: all[2])
      })
  }

  @Test("without a recording tape only the output is computed, to the same bits")
  func inference() {
    let backend = Backend()
    let x = Reference.random([2, 40, 3 * 8], seed: 48).tensor(on: backend)
    let values = [false, true].map { records in
      var layout = ParameterLayout()
      let index = layout.append(name: "x", shape: x.shape)
      let arena = Arena(layout, on: backend)
      arena.write(x.values, to: index)
      let tape = Tape(parameters: arena, gradients: records ? Arena(layout, on: backend) : nil)
      let y = tape.parameter(index).attention(heads: 2, isCausal: true)
      #expect(y.needsGradient == records)
      return y.value.values
    }
    #expect(values[0] == values[1])
  }

  private func attention(_ x: Variable, _ options: AttentionOptions, bias: Variable? = nil) -> Variable {
    x.attention(
      heads: options.heads, keyValueHeads: options.keyValueHeads, isCausal: options.isCausal, scale: options.scale,
      visibleKeys: options.visibleKeys, bias: bias)
  }
}

extension Reference {
  /// Of a packed projection [batch, time, (heads + 2 keyValueHeads) * size].
  fileprivate func attention(_ options: AttentionOptions, bias: Reference? = nil) -> Reference {
    let size = shape[2] / (options.heads + 2 * options.keyValueHeads)
    let queries = options.heads * size
    return columns(0..<queries).attention(over: columns(queries..<shape[2]), options, bias: bias)
  }

  fileprivate func attention(over keysValues: Reference, _ options: AttentionOptions, bias: Reference?) -> Reference {
    let (batch, queryTime, keyTime) = (shape[0], shape[1], keysValues.shape[1])
    let size = shape[2] / options.heads
    let scale = options.scale.map(Double.init) ?? 1 / Double(size).squareRoot()
    var output: [Double] = []
    for row in 0..<batch {
      for i in 0..<queryTime {
        for head in 0..<options.heads {
          let keyColumn = head / (options.heads / options.keyValueHeads) * size
          let valueColumn = keyColumn + options.keyValueHeads * size
          let powers = (0..<keyTime).map { j -> Double in
            guard options.lets(i, of: queryTime, see: j, of: keyTime, row: row) else { return 0 }
            let dot = (0..<size).reduce(0) {
              $0 + self[row * queryTime + i, head * size + $1] * keysValues[row * keyTime + j, keyColumn + $1]
            }
            return exp(scale * dot + (bias?.values[(head * queryTime + i) * keyTime + j] ?? 0))
          }
          let sum = powers.reduce(0, +)
          for d in 0..<size {
            let weighted = (0..<keyTime).reduce(0) {
              $0 + powers[$1] * keysValues[row * keyTime + $1, valueColumn + d]
            }
            output.append(sum == 0 ? 0 : weighted / sum)
          }
        }
      }
    }
    return Reference([batch, queryTime, shape[2]], output)
  }

  private func columns(_ range: Range<Int>) -> Reference {
    Reference([shape[0], shape[1], range.count], (0..<shape.rows).flatMap { row in range.map { self[row, $0] } })
  }
}

extension AttentionOptions {
  fileprivate func lets(_ i: Int, of queryTime: Int, see j: Int, of keyTime: Int, row: Int) -> Bool {
    if isCausal && j > i + keyTime - queryTime { return false }
    return switch visibleKeys {
    case .all: true
    case .first(let counts): j < counts[row]
    case .marked(let marks): marks[row * keyTime + j] != 0
    }
  }
}
