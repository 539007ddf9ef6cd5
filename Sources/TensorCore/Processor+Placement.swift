#if canImport(Glibc)
  // Glibc's header shows these to C only where an extension is asked for, so they are declared here.
  @_extern(c, "sched_getcpu")
  private func schedulerProcessor() -> Int32
  @_extern(c, "sched_getaffinity")
  private func getAffinity(_ thread: Int32, _ size: Int, _ mask: UnsafeMutablePointer<UInt64>) -> Int32
  @_extern(c, "sched_setaffinity")
  private func setAffinity(_ thread: Int32, _ size: Int, _ mask: UnsafePointer<UInt64>) -> Int32
#endif

/// Where the scheduler lets the calling thread run.
extension Processor {
  /// The number of the processor that this thread is on just now; -1 where the system does not tell.
  static var current: Int {
    #if canImport(Glibc)
      return Int(schedulerProcessor())
    #else
      return -1
    #endif
  }

  /// Moves the calling thread to another of the processors that it may use; does nothing where there is no other.
  ///
  /// It may use the same processors as before afterwards: this is a push, not a binding, so that programs side by side do
  /// not bind their threads to the same processor.
  static func moveThisThread(awayFrom processor: Int) {
    #if canImport(Glibc)
      // 1,024 processors, as Glibc's own cpu_set_t.
      var allowed = [UInt64](repeating: 0, count: 16)
      let size = allowed.count * MemoryLayout<UInt64>.size
      guard processor >= 0, processor < size * 8, getAffinity(0, size, &allowed) == 0 else { return }
      var others = allowed
      others[processor / 64] &= ~(1 << UInt64(processor % 64))
      guard others.contains(where: { $0 != 0 }), setAffinity(0, size, others) == 0 else { return }
      _ = setAffinity(0, size, allowed)
    #endif
  }
}
