/// What was measured of a configuration on one machine, so that plans for others need not measure again.
public struct MachineProfile: Hashable, Codable, Sendable {
  public var processor: String
  /// The model as the measurement described it.
  public var model: String
  public var threads: Int
  /// Samples of a lane.
  public var laneSamples: Int
  public var calibration: CostModel.Calibration

  public init(
    processor: String, model: String, threads: Int, laneSamples: Int, calibration: CostModel.Calibration
  ) {
    self.processor = processor
    self.model = model
    self.threads = threads
    self.laneSamples = laneSamples
    self.calibration = calibration
  }
}
