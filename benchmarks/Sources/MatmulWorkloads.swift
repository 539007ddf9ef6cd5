import KernelInterface
import TensorCore

/// The matrix product C = op(A) op(B): M x K times K x N.
public struct MatmulShape: Hashable, Sendable, LosslessStringConvertible {
  public let m: Int
  public let n: Int
  public let k: Int

  /// - Parameter description: `256x3072x768`: M, N and K.
  public init?(_ description: String) {
    guard let sizes = sizes(in: description), sizes.count == 3 else { return nil }
    (m, n, k) = (sizes[0], sizes[1], sizes[2])
    guard isMeasurable(m, k), isMeasurable(k, n), isMeasurable(m, n) else { return nil }
  }

  init(_ m: Int, _ n: Int, _ k: Int) { (self.m, self.n, self.k) = (m, n, k) }

  public var description: String { "\(m)x\(n)x\(k)" }

  /// Squares, a layer of a small network, and the layers of GPT-2 (124M) with its output projection.
  public static let defaults = [
    MatmulShape(256, 256, 256), MatmulShape(512, 512, 512), MatmulShape(1024, 1024, 1024),
    MatmulShape(2048, 2048, 2048), MatmulShape(64, 784, 512), MatmulShape(256, 3072, 768),
    MatmulShape(256, 768, 3072), MatmulShape(1024, 2304, 768), MatmulShape(256, 50257, 768),
  ]
}

/// How A and B lie in memory: N as they are multiplied, T transposed.
public enum MatmulLayout: String, CaseIterable, Sendable {
  /// X W: the forward pass of a layer.
  case nn = "NN"
  /// dY W^T: the gradient of its input.
  case nt = "NT"
  /// X^T dY: the gradient of its weight.
  case tn = "TN"
  case tt = "TT"

  public static let defaults: [MatmulLayout] = [.nn, .nt, .tn]
}

public enum MatmulWorkloads {
  public static func all(
    _ shapes: [MatmulShape] = MatmulShape.defaults, layouts: [MatmulLayout] = MatmulLayout.defaults,
    on backend: Backend
  ) -> [Workload] {
    shapes.flatMap { shape in
      // The layouts of a shape share their memory.
      let a = Tensor.random([shape.m * shape.k], seed: 1, on: backend)
      let b = Tensor.random([shape.k * shape.n], seed: 2, on: backend)
      return layouts.map { layout in workload(shape, layout, a, b) }
    }
  }

  private static func workload(_ shape: MatmulShape, _ layout: MatmulLayout, _ a: Tensor, _ b: Tensor) -> Workload {
    let (transposesA, transposesB) = (layout == .tn || layout == .tt, layout == .nt || layout == .tt)
    let a = a.reshaped(to: transposesA ? [shape.k, shape.m] : [shape.m, shape.k])
    let b = b.reshaped(to: transposesB ? [shape.n, shape.k] : [shape.k, shape.n])
    return Workload(
      family: "matmul", name: "\(layout.rawValue) \(shape)",
      parameters: [
        "layout": .word(layout.rawValue), "m": .number(shape.m), "n": .number(shape.n), "k": .number(shape.k),
      ],
      work: .operations(2 * Double(shape.m) * Double(shape.n) * Double(shape.k))
    ) {
      _ = Tensor.matrixProduct(a, b, transposingA: transposesA, transposingB: transposesB)
    }
  }
}

extension Tensor {
  /// Uniform values in -1 ..< 1.
  static func random(_ shape: Shape, seed: UInt64, on backend: Backend) -> Tensor {
    Tensor(shape, on: backend) { $0.writeUniform(low: -1, high: 1, key: RandomKey(seed: seed)) }
  }
}
