/// What becomes of the old value where a result is written.
public enum Accumulation: Sendable {
  /// y = f. The old value is undefined.
  case replacing
  /// The sum that makes y begins at the old value: y = old + term + term + ...
  case continuingChain
  /// The result is made as if it replaced the old value, and is added to it at the end: y = old + (term + term + ...). The
  /// bits are those of a result in other memory and an addition behind it.
  case addingSum
}
