import Autograd
import Synchronization
import TensorCore

/// Positions as rotations of queries and keys (Su et al. 2021, "RoFormer").
public struct RotaryEmbedding: Sendable {
  /// How Llama 3.1 stretches a model to longer contexts: pairs that turn slowly are slowed down by `factor`, those that turn fast
  /// are left alone, with a ramp in between (Llama Team, "The Llama 3 herd of models", 2024).
  public struct Scaling: Codable, Hashable, Sendable {
    public var factor: Double
    /// Pairs that turn less often than this within the original context are slowed down.
    public var lowFrequencyFactor: Double
    /// Pairs that turn more often stay as they are.
    public var highFrequencyFactor: Double
    public var originalContext: Int

    public init(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalContext: Int) {
      self.factor = factor
      self.lowFrequencyFactor = lowFrequencyFactor
      self.highFrequencyFactor = highFrequencyFactor
      self.originalContext = originalContext
    }
  }

  /// Radians that each pair turns by at each position.
  public let frequencies: [Double]
  private let tables = Tables()

  /// - Parameter headSize: even.
  public init(headSize: Int, base: Double, scaling: Scaling? = nil) {
    let plain = RotaryTable.frequencies(headSize: headSize, base: base)
    frequencies = scaling.map { scaling in plain.map(scaling.scaled) } ?? plain
  }

  /// Turns the heads in `heads` of x [batch, time, heads * headSize], whose time 0 is `position`.
  func forward(_ x: Variable, heads: Range<Int>, position: Int) -> Variable {
    let table = tables.table(frequencies, positions: position + x.shape[1], on: x.value.backend)
    return x.rotated(by: table, heads: heads, offset: position)
  }

  /// The longest table made so far: a table takes longer to make than a token to decode.
  private final class Tables: Sendable {
    private let longest = Mutex<RotaryTable?>(nil)

    func table(_ frequencies: [Double], positions: Int, on backend: Backend) -> RotaryTable {
      longest.withLock { known in
        if let known, known.positions >= positions { return known }
        // Twice as long, so that tables made anew are few.
        let made = RotaryTable(positions: max(256, 2 * positions), frequencies: frequencies, on: backend)
        known = made
        return made
      }
    }
  }
}

extension RotaryEmbedding.Scaling {
  fileprivate func scaled(_ frequency: Double) -> Double {
    // How often the pair turns within the original context.
    let turns = Double(originalContext) * frequency / (2 * Double.pi)
    if turns < lowFrequencyFactor { return frequency / factor }
    if turns > highFrequencyFactor { return frequency }
    let share = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    return (1 - share) * frequency / factor + share * frequency
  }
}
