/// What was found about one workload.
public struct Measurement: Equatable, Sendable {
  public let family: String
  public let name: String
  public let parameters: [String: Parameter]
  public let work: Work
  /// Of one call.
  public let seconds: Quartiles
  /// The median over the rounds of the share of the peak of the same round: 0.9 for nine tenths. `nil` for the peaks
  /// themselves and where there is none.
  public let shareOfPeak: Double?

  /// Floating-point operations, or bytes, per second.
  public var rate: Double? {
    switch work {
    case .operations(let amount), .bytes(let amount): amount / seconds.median
    case .latency: nil
    }
  }
}

extension Measurement {
  /// - Parameters:
  ///   - seconds: of one call, in every round.
  ///   - peaks: each with its seconds per call in the same rounds.
  public init(_ workload: Workload, seconds: [Double], peaks: [(workload: Workload, seconds: [Double])]) {
    family = workload.family
    name = workload.name
    parameters = workload.parameters
    work = workload.work
    self.seconds = Quartiles(of: seconds)
    let peak = peaks.first { workload.work.isOfOneKind(with: $0.workload.work) }
    guard let peak, workload.family != peak.workload.family else {
      shareOfPeak = nil
      return
    }
    let ideal = workload.work.amount / peak.workload.work.amount
    shareOfPeak = Quartiles(of: zip(seconds, peak.seconds).map { ideal * $1 / $0 }).median
  }
}

extension Work {
  /// Operations or bytes.
  var amount: Double {
    switch self {
    case .operations(let amount), .bytes(let amount): amount
    case .latency: 0
    }
  }

  func isOfOneKind(with other: Work) -> Bool {
    switch (self, other) {
    case (.operations, .operations), (.bytes, .bytes): true
    default: false
    }
  }
}
