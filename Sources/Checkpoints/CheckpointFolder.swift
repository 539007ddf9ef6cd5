/// The name of a checkpoint's folder, and what it tells about the state the checkpoint is in.
///
/// - `step-00000100`: committed.
/// - `step-00000100.partial`: being written, or being removed; never a checkpoint, free to be deleted.
/// - `step-00000100.replaced`, `.replaced-1`, ...: committed once, moved aside for a newer one of the same step.
struct CheckpointFolder: Hashable {
  /// In the order of preference among folders of the same step.
  enum State: Hashable {
    case committed
    case partial
    case replaced(Int)
  }

  let step: Int
  let state: State

  init(step: Int, state: State = .committed) {
    self.step = step
    self.state = state
  }

  /// Reads a folder's name; `nil` where it is not one of the above.
  init?(name: String) {
    let prefix = "step-"
    guard name.hasPrefix(prefix) else { return nil }
    let parts = name.dropFirst(prefix.count).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let step = Int(parts[0]), step >= 0 else { return nil }
    self.step = step
    switch parts.dropFirst().first {
    case nil: state = .committed
    case "partial": state = .partial
    case "replaced": state = .replaced(0)
    case let suffix?:
      guard suffix.hasPrefix("replaced-"), let number = Int(suffix.dropFirst("replaced-".count)) else { return nil }
      state = .replaced(number)
    }
    guard self.name == name else { return nil }
  }

  var name: String {
    let digits = String(step)
    let padded = "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    switch state {
    case .committed: return padded
    case .partial: return padded + ".partial"
    case .replaced(0): return padded + ".replaced"
    case .replaced(let number): return padded + ".replaced-\(number)"
    }
  }

  /// Whether this one is looked at before `other` in search of the newest checkpoint.
  func isPreferred(to other: CheckpointFolder) -> Bool {
    step != other.step ? step > other.step : state.rank < other.state.rank
  }
}

extension CheckpointFolder.State {
  fileprivate var rank: Int {
    switch self {
    case .committed: 0
    case .partial: 1
    // Of two that were moved aside, the later one, which has the higher number, replaced the earlier.
    case .replaced(let number): number == Int.max ? 2 : Int.max - number
    }
  }
}
