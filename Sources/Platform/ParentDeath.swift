#if canImport(Glibc)
  import Glibc

  // Variadic in C, so that Swift does not show it.
  @_extern(c, "prctl")
  private func processControl(_ option: Int32, _ a: UInt, _ b: UInt, _ c: UInt, _ d: UInt) -> Int32
#endif

/// What becomes of this process when the one that started it ends, however it ends.
public enum ParentDeath {
  /// Has the kernel send this process a signal then; it survives `exec`. Comes also when merely the thread ends that has
  /// started this process. A parent that is gone already sends nothing: look at `getppid()` afterwards.
  public static func sends(_ signal: Int32) {
    #if canImport(Glibc)
      let setParentDeathSignal: Int32 = 1
      _ = processControl(setParentDeathSignal, UInt(signal), 0, 0, 0)
    #endif
  }
}
