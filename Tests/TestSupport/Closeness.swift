import Testing

/// Records an issue unless every element of `actual` is within `tolerance` of `expected`.
///
/// The error of an element is |actual - expected| / max(1, |expected|): absolute for small values, relative for large
/// ones. Equal infinities agree; NaN agrees with nothing. The message names the worst element.
public func expectClose(
  _ actual: some Sequence<Float>, _ expected: some Sequence<Float>, tolerance: Float, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  if let difference = describeDifference(Array(actual), Array(expected), tolerance: tolerance) {
    Issue.record("\(what): \(difference)", sourceLocation: sourceLocation)
  }
}

/// The same for a single number.
public func expectClose(
  _ actual: Float, _ expected: Float, tolerance: Float, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose([actual], [expected], tolerance: tolerance, what, sourceLocation: sourceLocation)
}

/// What is wrong with `actual`, in a sentence, or nil where all elements are close; see `expectClose`.
public func describeDifference(_ actual: [Float], _ expected: [Float], tolerance: Float) -> String? {
  guard actual.count == expected.count else {
    return "\(actual.count) values where \(expected.count) are expected"
  }
  let errors = zip(actual, expected).map(closenessError)
  let beyond = errors.count { $0 > tolerance }
  guard beyond > 0, let worst = errors.indices.max(by: { errors[$0] < errors[$1] }) else { return nil }
  return """
    element \(worst) is \(actual[worst]), expected \(expected[worst]): error \(errors[worst]), tolerance \(tolerance); \
    \(beyond) of \(errors.count) elements are off
    """
}

private func closenessError(_ actual: Float, _ expected: Float) -> Float {
  if actual == expected { return 0 }
  let error = abs(actual - expected) / max(1, abs(expected))
  return error.isNaN ? .infinity : error
}
