import KernelInterface
import Optimizers
import TensorCore

/// A matrix of rows and columns, for work on each element or each row.
public struct RowsShape: Hashable, Sendable, LosslessStringConvertible {
  public let rows: Int
  public let columns: Int

  /// - Parameter description: `16384x1024`: rows and columns.
  public init?(_ description: String) {
    guard let sizes = sizes(in: description), sizes.count == 2, isMeasurable(sizes[0], sizes[1]) else { return nil }
    (rows, columns) = (sizes[0], sizes[1])
  }

  init(_ rows: Int, _ columns: Int) { (self.rows, self.columns) = (rows, columns) }

  public var description: String { "\(rows)x\(columns)" }

  /// 256 KiB, which the caches of a core hold, and 64 MiB, which none does.
  public static let defaults = [RowsShape(64, 1024), RowsShape(16384, 1024)]
}

public enum ElementwiseWorkloads {
  public static func all(_ shapes: [RowsShape] = RowsShape.defaults, on backend: Backend) -> [Workload] {
    shapes.flatMap { all($0, on: backend) } + (backend.threads.size > 1 ? [forkJoin(on: backend)] : [])
  }

  private static func all(_ shape: RowsShape, on backend: Backend) -> [Workload] {
    let x = Tensor.random([shape.rows, shape.columns], seed: 1, on: backend)
    let other = Tensor.random([shape.rows, shape.columns], seed: 2, on: backend)
    let scale = Tensor.random([shape.columns], seed: 3, on: backend)
    let shift = Tensor.random([shape.columns], seed: 4, on: backend)
    return [
      workload("relu", shape, read: 1) { _ = x.activated(.relu) },
      workload("gelu", shape, read: 1) { _ = x.activated(.gelu) },
      workload("gelu_tanh", shape, read: 1) { _ = x.activated(.geluTanh) },
      workload("sigmoid", shape, read: 1) { _ = x.activated(.sigmoid) },
      workload("softmax", shape, read: 1) { _ = x.softmaxOfRows() },
      workload("layer_norm", shape, read: 1) {
        _ = x.rowsNormalized(.layerNorm, scale: scale, shift: shift, epsilon: 1e-5)
      },
      workload("add", shape, read: 2) { _ = x + other },
      adamW(shape, on: backend),
    ]
  }

  /// A function of `read` tensors that writes a new one.
  private static func workload(
    _ operation: String, _ shape: RowsShape, read: Int, _ run: @escaping () -> Void
  ) -> Workload {
    // What is written is fetched first.
    workload(operation, shape, streams: read + 2, run)
  }

  private static func workload(
    _ operation: String, _ shape: RowsShape, streams: Int, _ run: @escaping () -> Void
  ) -> Workload {
    Workload(
      family: "elementwise", name: "\(operation) \(shape)",
      parameters: [
        "operation": .word(operation), "rows": .number(shape.rows), "columns": .number(shape.columns),
      ],
      work: .bytes(4 * Double(streams) * Double(shape.rows) * Double(shape.columns)), run: run)
  }

  /// One update of as many parameters: reads parameters, gradients and both moments, writes all but the gradients.
  private static func adamW(_ shape: RowsShape, on backend: Backend) -> Workload {
    var layout = ParameterLayout()
    _ = layout.append(name: "parameters", shape: [shape.rows, shape.columns])
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    gradients.destination(0, accumulates: false).writeUniform(low: -1, high: 1, key: RandomKey(seed: 5))
    let optimizer = Optimizer(OptimizerOptions(.adamW(), weightDecay: 0.01), layout: layout, on: backend)
    var step = 0
    return workload("adamw", shape, streams: 7) {
      optimizer.update(
        parameters: parameters, gradients: gradients, gradientScale: 1, learningRate: 1e-3, step: step)
      step += 1
    }
  }

  /// The time to hand nothing to all threads and to have it back.
  private static func forkJoin(on backend: Backend) -> Workload {
    let threads = backend.threads.size
    return Workload(
      family: "elementwise", name: "fork-join", parameters: ["operation": "fork_join", "threads": .number(threads)],
      work: .latency
    ) {
      backend.threads.run(threads) { _ in }
    }
  }
}
