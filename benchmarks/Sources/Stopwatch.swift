/// Times blocks of calls: enough calls that the clock's steps and the call itself do not show.
public struct Stopwatch {
  private let now: () -> Double
  private let blockSeconds: Double

  /// - Parameters:
  ///   - blockSeconds: what a block should take; a single call may take longer.
  ///   - now: seconds since any fixed moment.
  public init(blockSeconds: Double = 0.02, now: @escaping () -> Double = Self.systemClock()) {
    self.now = now
    self.blockSeconds = blockSeconds
  }

  /// How many calls make a block, at least one, found by trying.
  public func callsPerBlock(of run: () -> Void) -> Int {
    // The first call asks for memory and wakes threads: it only tells whether the work is long.
    if seconds(of: run, calls: 1) >= 10 * blockSeconds { return 1 }
    var calls = 1
    while true {
      let seconds = seconds(of: run, calls: calls)
      if seconds >= blockSeconds / 4 {
        return max(1, Int((Double(calls) * blockSeconds / seconds).rounded()))
      }
      calls *= 2
    }
  }

  /// The mean seconds of one call in a block of `calls`.
  public func secondsPerCall(of run: () -> Void, calls: Int) -> Double {
    // What ran before has left its own data in the caches. That is no matter to a call as long as a block.
    if calls > 1 { run() }
    return seconds(of: run, calls: calls) / Double(calls)
  }

  private func seconds(of run: () -> Void, calls: Int) -> Double {
    let begin = now()
    for _ in 0..<calls { run() }
    return now() - begin
  }

  /// The seconds since this call.
  public static func systemClock() -> () -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    return { (clock.now - start) / .seconds(1) }
  }
}
