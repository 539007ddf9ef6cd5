#if canImport(Glibc)
  import Glibc
#endif

extension sigset_t {
  /// The set of these signals alone.
  public init(of signals: [Int32]) {
    self.init()
    sigemptyset(&self)
    for signal in signals { sigaddset(&self, signal) }
  }
}
