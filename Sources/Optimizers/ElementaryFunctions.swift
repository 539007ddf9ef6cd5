/// The two elementary functions that schedules and bias corrections need. The C library's differ between versions in the
/// last bit; these are made of operations that IEEE 754 rounds correctly, in a fixed order: the same bits everywhere.

/// base^exponent by repeated squaring.
///
/// The relative error is below exponent x 2^-52: every rounding of a square counts as often as the square does.
///
/// - Parameter exponent: zero or above; anything to the power of 0 is 1.
package func power(_ base: Double, _ exponent: Int) -> Double {
  var result = 1.0
  var square = base
  var remaining = exponent
  while remaining > 0 {
    if remaining % 2 == 1 { result *= square }
    square *= square
    remaining /= 2
  }
  return result
}

/// cos(pi x) for x in 0 ... 1, off by less than 4e-16. Exact at 0 and 1.
///
/// Taylor's series, nested: 1 - s/(1*2) (1 - s/(3*4) (1 - s/(5*6) (...))), where s is the angle's square. The angle is at
/// most pi/2, so the first term left out, s^12 / 24!, is below 1e-19.
package func cosine(ofPiTimes x: Double) -> Double {
  // 1 - x has no rounding error here.
  if x > 0.5 { return -cosine(ofPiTimes: 1 - x) }
  let square = (Double.pi * x) * (Double.pi * x)
  var nested = 1.0
  for k in stride(from: 22, to: 0, by: -2) { nested = 1 - square / Double((k - 1) * k) * nested }
  return nested
}
