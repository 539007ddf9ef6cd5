import Autograd
import TensorCore

/// Self-attention: a batch of sequences, each of some heads.
public struct AttentionShape: Hashable, Sendable, LosslessStringConvertible {
  public let batch: Int
  public let heads: Int
  public let time: Int
  public let headSize: Int

  /// - Parameter description: `4x12x256x64`: batch, heads, time and head size.
  public init?(_ description: String) {
    guard let sizes = sizes(in: description), sizes.count == 4, sizes[3] <= 256,
      isMeasurable(3, sizes[0], sizes[1], sizes[2], sizes[3])
    else { return nil }
    (batch, heads, time, headSize) = (sizes[0], sizes[1], sizes[2], sizes[3])
  }

  init(_ batch: Int, _ heads: Int, _ time: Int, _ headSize: Int) {
    (self.batch, self.heads, self.time, self.headSize) = (batch, heads, time, headSize)
  }

  public var description: String { "\(batch)x\(heads)x\(time)x\(headSize)" }

  /// GPT-2 (124M) on long and on short texts, a small model of characters, and a large one.
  public static let defaults = [
    AttentionShape(1, 12, 1024, 64), AttentionShape(4, 12, 256, 64), AttentionShape(8, 6, 64, 64),
    AttentionShape(1, 32, 2048, 64),
  ]
}

/// Causal attention out of a packed projection, forward alone and with its backward pass.
public enum AttentionWorkloads {
  public static func all(_ shapes: [AttentionShape] = AttentionShape.defaults, on backend: Backend) -> [Workload] {
    shapes.flatMap { shape in
      let projection: Shape = [shape.batch, shape.time, 3 * shape.heads * shape.headSize]
      let pass = GradientPass([projection], on: backend) { tape in
        tape.parameter(0).attention(heads: shape.heads, isCausal: true)
      }
      // Two products over the lower triangle of the scores; backward computes the scores again and makes four more.
      let products =
        4 * Double(shape.batch * shape.heads) * Double(shape.time * shape.time) * Double(shape.headSize) / 2
      return [
        workload("forward", shape, operations: products, pass.forward),
        workload("forward_backward", shape, operations: 3.5 * products, pass.forwardAndBackward),
      ]
    }
  }

  private static func workload(
    _ pass: String, _ shape: AttentionShape, operations: Double, _ run: @escaping () -> Void
  ) -> Workload {
    Workload(
      family: "attention", name: "\(pass) \(shape)",
      parameters: [
        "pass": .word(pass), "batch": .number(shape.batch), "heads": .number(shape.heads),
        "time": .number(shape.time), "head_size": .number(shape.headSize), "causal": 1,
      ],
      work: .operations(operations), run: run)
  }
}
