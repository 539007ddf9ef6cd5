import KernelInterface
import TensorCore

/// What the machine does at most, measured as workloads among the others.
public enum Peaks {
  /// Fused multiply-adds on registers, on every thread at once.
  public static func multiplyAdd(on backend: Backend) -> Workload {
    let count = 20_000
    let perThread = 2 * 12 * 16 * Double(count)
    return Workload(
      family: "peak", name: "multiply-add peak", parameters: ["threads": .number(backend.threads.size)],
      work: .operations(perThread * Double(backend.threads.size))
    ) {
      backend.threads.run(backend.threads.size) { _ in
        // With a fixed point at 1: nothing overflows, nothing becomes too small to be normal.
        let sum = backend.kernels.multiplyAddChains(count: count, factor: 0.5, term: 0.5)
        precondition(sum > 0, "a sum of positive numbers")
      }
    }
  }

  /// The triad of McCalpin's STREAM over three arrays of 64 MiB, which no cache holds.
  public static func triad(on backend: Backend) -> Workload {
    let count = 16 << 20
    let a = Tensor(filledWith: 1, [count], on: backend)
    let b = Tensor(filledWith: 2, [count], on: backend)
    let y = Tensor(filledWith: 3, [count], on: backend).accumulatingDestination
    return Workload(
      family: "peak", name: "triad", parameters: ["threads": .number(backend.threads.size)],
      work: .bytes(4 * 4 * Double(count))
    ) {
      y.withMutableValues { y in
        a.withValues { a in
          b.withValues { b in triad(Streams(a: a, b: b, y: y), on: backend) }
        }
      }
    }
  }

  /// The peaks that the work of `workloads` is held against.
  public static func needed(by workloads: [Workload], on backend: Backend) -> [Workload] {
    var peaks: [Workload] = []
    if workloads.contains(where: { if case .operations = $0.work { true } else { false } }) {
      peaks.append(multiplyAdd(on: backend))
    }
    if workloads.contains(where: { if case .bytes = $0.work { true } else { false } }) {
      peaks.append(triad(on: backend))
    }
    return peaks
  }

  /// Operations a second of a product of a language model's size, a multiply-add being two: the median of a few, in about a
  /// tenth of a second.
  public static func productsPerSecond(on backend: Backend) -> Double {
    let (m, k, n) = (256, 768, 768)
    let a = Tensor(filledWith: 1, [m, k], on: backend)
    let b = Tensor(filledWith: 1, [k, n], on: backend)
    let clock = ContinuousClock()
    let seconds = (0..<16).map { _ in clock.measure { _ = Tensor.matrixProduct(a, b) } / .seconds(1) }.sorted()
    return 2 * Double(m * k * n) / seconds[8]
  }

  private struct Streams {
    let a: UnsafeBufferPointer<Float>
    let b: UnsafeBufferPointer<Float>
    let y: UnsafeMutableBufferPointer<Float>
  }

  private static func triad(_ streams: Streams, on backend: Backend) {
    guard let a = streams.a.baseAddress, let b = streams.b.baseAddress, let y = streams.y.baseAddress else { return }
    let (count, threads) = (streams.y.count, backend.threads.size)
    backend.threads.run(threads) { part in
      let begin = count * part / threads
      let end = count * (part + 1) / threads
      backend.kernels.triad(a + begin, b + begin, factor: 0.5, into: y + begin, count: end - begin)
    }
  }
}
