import Tables

/// How long training steps took: what `TrainingRun.measure` finds, and `revoada bench steps` prints as JSON.
public struct StepMeasurement: Codable, Equatable, Sendable {
  /// One step, on the rank that took longest for it.
  public struct Step: Codable, Equatable, Sendable {
    public var seconds: Double
    public var parts: StepTimes

    public init(seconds: Double, parts: StepTimes) {
      self.seconds = seconds
      self.parts = parts
    }
  }

  /// The network between two nodes, and how gradients cross it.
  public struct Link: Codable, Equatable, Sendable {
    /// Seconds that a short message is late.
    public var latency: Double
    /// Bytes a second, each way.
    public var bandwidth: Double
    /// What is exchanged at a time.
    public var bucketBytes: Int
    /// Of a value on its way.
    public var valueBytes: Int
    /// Whether buckets leave while the backward pass goes on.
    public var overlaps: Bool

    public init(latency: Double, bandwidth: Double, bucketBytes: Int, valueBytes: Int, overlaps: Bool) {
      self.latency = latency
      self.bandwidth = bandwidth
      self.bucketBytes = bucketBytes
      self.valueBytes = valueBytes
      self.overlaps = overlaps
    }

    enum CodingKeys: String, CodingKey {
      case latency, bandwidth, overlaps
      case bucketBytes = "bucket_bytes"
      case valueBytes = "value_bytes"
    }
  }

  public var model: String
  /// Floats of the gradients' arena.
  public var arenaCount: Int
  /// Floats of the largest parameter.
  public var largestCount: Int
  /// Arenas of optimizer state: Adam's are two.
  public var stateArenas: Int
  public var algorithm: String
  public var ranks: Int
  /// Groups of ranks that share memory; absent for `collective.algorithm: mpi`.
  public var nodes: Int?
  public var threads: Int
  public var lanes: Int
  public var batch: Int
  /// Of a sample, where samples are texts.
  public var tokensPerSample: Int?
  /// Absent on one node.
  public var link: Link?
  public var steps: [Step]
  /// Of all steps, the warm-up not counted, on the first rank.
  public var totalSeconds: Double
  /// The most memory that each rank had in use at any time, in rank order.
  public var peakResidentBytes: [Int]

  public init(
    model: String, arenaCount: Int, largestCount: Int = 0, stateArenas: Int, algorithm: String, ranks: Int, nodes: Int?,
    threads: Int,
    lanes: Int, batch: Int, tokensPerSample: Int? = nil, link: Link? = nil, steps: [Step], totalSeconds: Double,
    peakResidentBytes: [Int]
  ) {
    precondition(!steps.isEmpty, "a measurement of no steps")
    self.model = model
    self.arenaCount = arenaCount
    self.largestCount = largestCount
    self.stateArenas = stateArenas
    self.algorithm = algorithm
    self.ranks = ranks
    self.nodes = nodes
    self.threads = threads
    self.lanes = lanes
    self.batch = batch
    self.tokensPerSample = tokensPerSample
    self.link = link
    self.steps = steps
    self.totalSeconds = totalSeconds
    self.peakResidentBytes = peakResidentBytes
  }

  enum CodingKeys: String, CodingKey {
    case model, algorithm, ranks, nodes, threads, lanes, batch, link, steps
    case arenaCount = "arena_floats"
    case largestCount = "largest_parameter_floats"
    case stateArenas = "state_arenas"
    case tokensPerSample = "tokens_per_sample"
    case totalSeconds = "total_seconds"
    case peakResidentBytes = "peak_resident_bytes"
    case medianSeconds = "median_seconds"
    case medianParts = "median_seconds_by_part"
    case samplesPerSecond = "samples_per_second"
    case tokensPerSecond = "tokens_per_second"
  }
}

extension StepMeasurement {
  public var medianSeconds: Double { steps.map(\.seconds).sorted()[steps.count / 2] }

  /// The median of each part.
  public var medianParts: StepTimes { StepTimes(mediansOf: steps.map(\.parts)) ?? StepTimes() }

  public var samplesPerSecond: Double { Double(batch) / medianSeconds }

  public var tokensPerSecond: Double? { tokensPerSample.map { Double($0) * samplesPerSecond } }
}

// MARK: - Text and JSON

extension StepMeasurement {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    model = try container.decode(String.self, forKey: .model)
    arenaCount = try container.decode(Int.self, forKey: .arenaCount)
    largestCount = try container.decode(Int.self, forKey: .largestCount)
    stateArenas = try container.decode(Int.self, forKey: .stateArenas)
    algorithm = try container.decode(String.self, forKey: .algorithm)
    ranks = try container.decode(Int.self, forKey: .ranks)
    nodes = try container.decodeIfPresent(Int.self, forKey: .nodes)
    threads = try container.decode(Int.self, forKey: .threads)
    lanes = try container.decode(Int.self, forKey: .lanes)
    batch = try container.decode(Int.self, forKey: .batch)
    tokensPerSample = try container.decodeIfPresent(Int.self, forKey: .tokensPerSample)
    link = try container.decodeIfPresent(Link.self, forKey: .link)
    steps = try container.decode([Step].self, forKey: .steps)
    totalSeconds = try container.decode(Double.self, forKey: .totalSeconds)
    peakResidentBytes = try container.decode([Int].self, forKey: .peakResidentBytes)
  }

  /// What was measured, and the figures that follow from it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(model, forKey: .model)
    try container.encode(arenaCount, forKey: .arenaCount)
    try container.encode(largestCount, forKey: .largestCount)
    try container.encode(stateArenas, forKey: .stateArenas)
    try container.encode(algorithm, forKey: .algorithm)
    try container.encode(ranks, forKey: .ranks)
    try container.encodeIfPresent(nodes, forKey: .nodes)
    try container.encode(threads, forKey: .threads)
    try container.encode(lanes, forKey: .lanes)
    try container.encode(batch, forKey: .batch)
    try container.encodeIfPresent(tokensPerSample, forKey: .tokensPerSample)
    try container.encodeIfPresent(link, forKey: .link)
    try container.encode(steps, forKey: .steps)
    try container.encode(totalSeconds, forKey: .totalSeconds)
    try container.encode(peakResidentBytes, forKey: .peakResidentBytes)
    try container.encode(medianSeconds, forKey: .medianSeconds)
    try container.encode(medianParts, forKey: .medianParts)
    try container.encode(samplesPerSecond, forKey: .samplesPerSecond)
    try container.encodeIfPresent(tokensPerSecond, forKey: .tokensPerSecond)
  }
}

extension StepMeasurement {
  /// A few lines for people.
  public var text: String {
    let parts = medianParts
    let tokens = tokensPerSecond.map { ", \($0.short) tokens/s" } ?? ""
    let peak = peakResidentBytes.max() ?? 0
    return """
      \(model)
      \(ranks) \(ranks == 1 ? "rank" : "ranks") x \(threads) \(threads == 1 ? "thread" : "threads"), \(lanes) \
      \(lanes == 1 ? "lane" : "lanes"), \(algorithm): \(steps.count) steps of \(batch) samples

      step      \(medianSeconds.duration), \(samplesPerSecond.short) samples/s\(tokens)
      compute   \(parts.compute.duration)
      wait      \(parts.wait.duration)
      reduce    \(parts.reduce.duration)
      update    \(parts.update.duration)
      memory    \(peak >> 20) MiB
      """
  }
}
