/// A function of one real variable that every build of the kernels computes by the same polynomials.
///
/// Results are within 2 units in the last place, the same bits on every instruction set; NaN stays NaN.
public enum ElementaryFunction: CaseIterable, Sendable {
  case exp
  /// The natural logarithm: -infinity at 0, NaN below.
  case log
  case tanh
  case erf
  /// 1 / (1 + exp(-x))
  case sigmoid
  /// The sine of an angle in radians: NaN at infinity.
  case sin
  /// The cosine of an angle in radians: NaN at infinity.
  case cos
  /// Rounded correctly; NaN below zero.
  case squareRoot
}
