import Dispatch
import Glibc
import KernelInterface
import TensorKernelsAVX2

/// Tries every elementary function on all 2^32 floats, in all `builds`, and prints a line for each.
///
/// - Returns: whether every result lies within 2 units in the last place and all builds agree.
func sweepAllFloats(_ builds: [any Kernels]) -> Bool {
  var succeeded = true
  for function in ElementaryFunction.allCases {
    let parts = UnsafeMutableBufferPointer<WorstCase>.allocate(capacity: 256)
    defer { parts.deallocate() }
    // The invariant of this unchecked capture: each iteration writes the element of its own number.
    nonisolated(unsafe) let results = parts
    DispatchQueue.concurrentPerform(iterations: results.count) { upper in
      results.initializeElement(
        at: upper, to: worstCase(of: function, builds, from: UInt32(upper) << 24, count: 1 << 24))
    }
    let worst = results.reduce(WorstCase()) { $0.worse($1) }
    print("\(function): \(worst.failures) failures, worst error \(worst.ulps) ULP, at \(worst.x)")
    fflush(nil)
    succeeded = succeeded && worst.failures == 0
  }
  return succeeded
}

private struct WorstCase {
  var ulps = 0.0
  var x: Float = 0
  /// Arguments where a build is off by more than 2 units, or where the builds differ.
  var failures = 0

  func worse(_ other: WorstCase) -> WorstCase {
    var worst = other.ulps > ulps ? other : self
    worst.failures = failures + other.failures
    return worst
  }
}

/// The worst case among `count` successive bit patterns.
private func worstCase(
  of function: ElementaryFunction, _ builds: [any Kernels], from first: UInt32, count: Int
) -> WorstCase {
  let block = 4096
  var x = [Float](repeating: 0, count: block)
  var (y, other) = (x, x)
  var worst = WorstCase()
  for start in stride(from: 0, to: count, by: block) {
    for i in 0..<block { x[i] = Float(bitPattern: first + UInt32(start + i)) }
    builds[0].evaluate(function, x, into: &y, count: block)
    for kernels in builds.dropFirst() {
      kernels.evaluate(function, x, into: &other, count: block)
      for i in 0..<block where y[i].bitPattern != other[i].bitPattern && !(y[i].isNaN && other[i].isNaN) {
        worst.failures += 1
      }
    }
    for i in 0..<block {
      let exact = TensorKernelsAVX2.ReferenceKernels.exactly(function, Double(x[i]))
      let rounded = Float(exact)
      // Most results are the nearest Float: half a unit off at most, which cannot be the worst.
      if y[i] == rounded || (y[i].isNaN && exact.isNaN) { continue }
      let unit = Double(max(rounded.magnitude, .leastNormalMagnitude).ulp)
      let error = rounded.isFinite && y[i].isFinite ? (Double(y[i]) - exact).magnitude / unit : .infinity
      if error > worst.ulps { (worst.ulps, worst.x) = (error, x[i]) }
      if error > 2 { worst.failures += 1 }
    }
  }
  return worst
}
