import ArgumentParser
import Benchmarks
import Checkpoints
import Collectives
import Failures
import Files
import FoundationEssentials
import Launching
import Planning
import Tables
import TensorCore
import Training

/// `revoada plan CONFIG`: what a step would take on clusters that are not there.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Predict step times and efficiency on many nodes, from some steps on this machine.",
    discussion: """
      The nodes are taken to be like this machine. Weak scaling: the batch grows with the ranks. docs/cost-model.md \
      explains the model and how near it comes.

      Examples:
        revoada plan configs/digits-mlp.yaml --nodes 1..1024 --ranks-per-node 8 --latency 2us --bandwidth 10Gb/s
        revoada plan configs/digits-mlp.yaml --nodes 1..64 --strong --profile machine.json
      """)

  @OptionGroup var subject: MeasuredConfiguration

  @Option(help: ArgumentHelp("A number of nodes, or the powers of two in a range.", valueName: "n|n..m"))
  var nodes: NodeCounts = .upTo1024

  @Option(help: ArgumentHelp("Ranks of each node (default: its cores by the threads).", valueName: "n"))
  var ranksPerNode: Int?

  @Option(help: ArgumentHelp("How late a short message between nodes is.", valueName: "time"))
  var latency: Planning.Duration = .ofLAN

  @Option(help: ArgumentHelp("What a node sends while it receives as much.", valueName: "rate"))
  var bandwidth: DataRate = .ofLAN

  @Flag(help: "One batch shared out, with a lane for each of the most ranks.")
  var strong = false

  @Option(help: ArgumentHelp("Steps to measure.", valueName: "n"))
  var steps = 20

  @Option(help: ArgumentHelp("What was measured here: read where the file exists, else written.", valueName: "file"))
  var profile: String?

  @Option(help: ArgumentHelp("Also write the figures to a file, as JSON.", valueName: "file"))
  var json: String?

  func validate() throws {
    if steps < 1 { throw ValidationError("--steps \(steps): a measurement takes at least one step.") }
    if let ranksPerNode, ranksPerNode < 1 {
      throw ValidationError("--ranks-per-node \(ranksPerNode): a node has at least one rank.")
    }
  }

  func run() async throws {
    let settings = try subject.settings()
    let machine = try await Machine.detect()
    let ranks = ranksPerNode ?? max(1, machine.cores / subject.threads)
    let jobs = try jobs(settings, ranksPerNode: ranks)
    let file = try json.map { try LocalFileSystem().createFile($0) }
    let measured = try await machineProfile(jobs, settings, on: machine)
    let plan = ScalingPlan(jobs) { placement in
      CostModel(
        measured.calibration,
        network: CostModel.Network(latency: latency.seconds, bandwidth: bandwidth.bytesPerSecond),
        exchange: exchange(settings, nodes: placement.nodes))
    }
    try file?.writeAll(plan.json)
    print(
      """
      \(measured.model)
      \(measured.processor), \(ranks) \(ranks == 1 ? "rank" : "ranks") a node x \(subject.threads) \
      \(subject.threads == 1 ? "thread" : "threads"), \(strong ? "strong" : "weak") scaling, lanes of \
      \(measured.laneSamples) samples

      \(plan.text)
      """)
  }

  private func jobs(
    _ settings: RunConfiguration, ranksPerNode: Int
  ) throws -> [(placement: Placement, batch: Int)] {
    let batch = settings.training.batch
    let most = ranksPerNode * (nodes.counts.max() ?? 1)
    if strong, batch % most != 0 {
      throw PlanError(
        message: "training.batch \(batch) cannot be split into \(most) equal lanes, one for each rank",
        remedy: "Choose --nodes and --ranks-per-node so that the most ranks divide the batch, or another batch.")
    }
    return nodes.counts.map { nodes in
      let ranks = nodes * ranksPerNode
      let placement = Placement(nodes: nodes, ranksPerNode: ranksPerNode, lanes: strong ? most : ranks)
      return (placement, strong ? batch : batch * ranks)
    }
  }

  private func exchange(_ settings: RunConfiguration, nodes: Int) -> CostModel.Exchange {
    let link = LinkFigures(latency: latency.seconds, bandwidth: bandwidth.bytesPerSecond)
    let collective = settings.collective
    return CostModel.Exchange(
      valueBytes: collective.precision == .bf16 ? 2 : 4,
      bucketBytes: collective.bucket?.bytes ?? BucketChoice.byteCount(for: link, nodes: nodes),
      overlaps: collective.overlap ?? true)
  }
}

extension PlanCommand {
  /// Steps on as many ranks as a node has, or as this machine has cores for.
  private func machineProfile(
    _ jobs: [(placement: Placement, batch: Int)], _ settings: RunConfiguration, on machine: Machine
  ) async throws -> MachineProfile {
    let files = LocalFileSystem()
    let laneSamples = jobs[0].batch / jobs[0].placement.lanes
    if let profile, try files.exists(profile) { return try read(profile, laneSamples: laneSamples) }
    let wanted = jobs[0].placement.ranksPerNode
    let ranks = min(wanted, max(1, machine.cores / subject.threads))
    if ranks < wanted {
      writeToStandardError(
        "plan: measured on \(ranks) of \(wanted) ranks a node, as many as this machine has cores for\n")
    }
    // Lanes as they will be, but no more of them than make one rank's share plain.
    let lanes = strong ? min(jobs[0].placement.lanes, 4 * ranks) / ranks * ranks : ranks
    let measured = try await measure(
      ranks: ranks, lanes: lanes, batch: lanes * laneSamples, settings, on: machine)
    guard let calibration = CostModel.Calibration([measured]) else {
      throw PlanError(
        message: "the ranks of this machine do not share memory, so there is no node to measure",
        remedy: "Leave collective.ranks_per_node at auto.")
    }
    let found = MachineProfile(
      processor: Processor.name, model: measured.model, threads: subject.threads, laneSamples: laneSamples,
      calibration: calibration)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    if let profile { try files.createFile(profile).writeAll(String(decoding: encoder.encode(found), as: UTF8.self)) }
    return found
  }

  private func measure(
    ranks: Int, lanes: Int, batch: Int, _ settings: RunConfiguration, on machine: Machine
  ) async throws -> StepMeasurement {
    let request = subject.job(
      steps: steps, ranks: ranks,
      keys: ["training.batch=\(batch)", "training.lanes=\(lanes)", "collective.algorithm=canonical"])
    let output = try await LaunchPlan(request, on: machine).output { writeToStandardError("revoada: \($0)\n") }
    return try JSONDecoder().decode(StepMeasurement.self, from: Data(output.utf8))
  }

  private func read(_ path: String, laneSamples: Int) throws -> MachineProfile {
    let file = try LocalFileSystem().openFile(path)
    var bytes = [UInt8](repeating: 0, count: file.byteCount)
    try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
    let found: MachineProfile
    do {
      found = try JSONDecoder().decode(MachineProfile.self, from: Data(bytes))
    } catch {
      throw PlanError(
        message: "\(path): not a profile of this program: \(error)", remedy: "Remove it to have it measured anew.",
        exitStatus: .badData)
    }
    guard found.laneSamples == laneSamples, found.threads == subject.threads else {
      throw PlanError(
        message: "\(path): measured with lanes of \(found.laneSamples) samples and \(found.threads) threads, "
          + "but the plan is for \(laneSamples) and \(subject.threads)",
        remedy: "Name another file to have it measured.")
    }
    return found
  }
}

/// A plan that cannot be made.
struct PlanError: UserFacingError {
  let message: String
  let remedy: String?
  var exitStatus = ExitStatus.usage
}

extension NodeCounts: ExpressibleByArgument {
  fileprivate static let upTo1024 = NodeCounts(1...1024)

  public init?(argument: String) { self.init(text: argument) }

  public var defaultValueDescription: String { "1..1024" }
}

extension Planning.Duration: ExpressibleByArgument {
  /// Of ten-gigabit Ethernet, through the kernel.
  fileprivate static let ofLAN = Planning.Duration(seconds: 20e-6)

  public init?(argument: String) { self.init(text: argument) }

  public var defaultValueDescription: String { seconds.duration }
}

extension DataRate: ExpressibleByArgument {
  fileprivate static let ofLAN = DataRate(bytesPerSecond: 1.25e9)

  public init?(argument: String) { self.init(text: argument) }

  public var defaultValueDescription: String { "\((bytesPerSecond * 8 / 1e9).fixed(0))Gb/s" }
}
