import Synchronization

/// What a rank is busy with.
public enum RunPhase: UInt8, CaseIterable, Sendable {
  /// Meeting the other ranks, building the model, looking for a checkpoint.
  case starting
  /// Forward and backward passes of its own lanes.
  case computing
  /// Waiting for other ranks, summing gradients with them, updating.
  case exchanging
  case evaluating
  case saving
  /// Nothing is left but to say so.
  case ending
}

/// Where a rank stands, written by the thread that trains and read by the one that tells the launcher.
///
/// Writing costs nanoseconds and never waits. The members are read one by one, so a report may mix two moments that lie
/// microseconds apart; nothing is decided by that.
public final class RunPulse: Sendable {
  private let currentPhase = Atomic<UInt8>(RunPhase.starting.rawValue)
  private let stepsDone = Atomic<Int>(0)
  private let stepSaved = Atomic<Int>(-1)
  private let beatCount = Atomic<Int>(0)

  public init() {}

  public var phase: RunPhase { RunPhase(rawValue: currentPhase.load(ordering: .relaxed)) ?? .starting }
  /// Optimizer steps done.
  public var step: Int { stepsDone.load(ordering: .relaxed) }
  /// The step of the newest checkpoint that this run has finished or begun at; `nil` before there is one.
  public var saved: Int? {
    let step = stepSaved.load(ordering: .relaxed)
    return step < 0 ? nil : step
  }
  /// Grows whenever the rank gets on: a rank whose beats stand still is stuck, whatever it is busy with.
  public var beats: Int { beatCount.load(ordering: .relaxed) }

  public func enter(_ phase: RunPhase) {
    currentPhase.store(phase.rawValue, ordering: .relaxed)
    beat()
  }

  public func finished(step: Int) {
    stepsDone.store(step, ordering: .relaxed)
    beat()
  }

  public func saved(step: Int) { stepSaved.store(step, ordering: .relaxed) }

  /// Another part of a long piece of work is done.
  public func beat() { _ = beatCount.add(1, ordering: .relaxed) }
}
