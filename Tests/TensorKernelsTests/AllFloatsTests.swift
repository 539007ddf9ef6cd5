import Glibc
import KernelInterface
import Testing

/// Minutes long, so only `make test-floats` runs it.
@Suite(.serialized, .enabled(if: getenv("REVOADA_ALL_FLOATS") != nil, "make test-floats runs it"))
struct AllFloatsTests {
  @Test(
    "every function lies within 2 units in the last place for all 2^32 floats", arguments: ElementaryFunction.allCases)
  func allFloats(function: ElementaryFunction) async {
    let worst = await withTaskGroup(of: WorstCase.self) { group in
      for upper in UInt32(0)..<256 { group.addTask { worstCase(of: function, from: upper << 24, count: 1 << 24) } }
      return await group.reduce(WorstCase()) { $0.worse($1) }
    }
    print("\(function): \(worst.failures) failures, worst error \(worst.ulps) ULP at \(worst.x)")
    #expect(worst.failures == 0, "\(function): \(worst.failures) failures, worst at \(worst.x)")
  }
}

private struct WorstCase {
  var ulps = 0.0
  var x: Float = 0
  /// Arguments where a build is off by more than 2 units, or where the builds differ.
  var failures = 0

  func worse(_ other: WorstCase) -> WorstCase {
    var worst = other.ulps > ulps || (other.ulps == ulps && other.x.bitPattern < x.bitPattern) ? other : self
    worst.failures = failures + other.failures
    return worst
  }
}

/// The worst case among `count` successive bit patterns. Float64 of the C library is exact enough to judge by.
private func worstCase(of function: ElementaryFunction, from first: UInt32, count: Int) -> WorstCase {
  let block = 4096
  var x = [Float](repeating: 0, count: block)
  var results = InstructionSet.available.map { (kernels: $0.kernels, y: x) }
  var worst = WorstCase()
  for start in stride(from: 0, to: count, by: block) {
    for i in 0..<block { x[i] = Float(bitPattern: first + UInt32(start + i)) }
    for build in results.indices {
      results[build].kernels.evaluate(function, x, into: &results[build].y, count: block)
    }
    for i in 0..<block {
      let y = results[0].y[i]
      let error = ulps(y, exactValue(function, Double(x[i])))
      let isSame = results.allSatisfy { $0.y[i].bitPattern == y.bitPattern || ($0.y[i].isNaN && y.isNaN) }
      if error > worst.ulps { (worst.ulps, worst.x) = (error, x[i]) }
      if error > 2 || !isSame { worst.failures += 1 }
    }
  }
  return worst
}

/// The function in Float64.
func exactValue(_ function: ElementaryFunction, _ x: Double) -> Double {
  switch function {
  case .exp: exp(x)
  case .log: log(x)
  case .tanh: tanh(x)
  case .erf: erf(x)
  case .sigmoid: 1 / (1 + exp(-x))
  case .sin: sin(x)
  case .cos: cos(x)
  case .squareRoot: x.squareRoot()
  }
}
