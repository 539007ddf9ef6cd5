import Checkpoints
import Collectives
import FoundationEssentials
import Tables

/// The outcome of a run: summary.json, and the table at the end.
public struct RunSummary: Codable, Equatable, Sendable {
  public struct Training: Codable, Equatable, Sendable {
    public var steps: Int
    public var epochs: Double
    public var stoppedEarly: Bool
    public var batch: Int
    public var lanes: Int
    /// Time in steps over all launches of the run; start-up, evaluation and saving not counted.
    public var seconds: Double
    /// Of the last launch; absent where it had no step to do.
    public var medianStepSeconds: Double?
    public var samplesPerSecond: Double?
    /// That a model reads of a sample; absent where samples are no sequences of them.
    public var tokensPerSample: Int?
    /// Of the first rank: the medians over the steps of the last launch of what they took for each part.
    public var stepTimes: StepTimes?
    /// For how long checkpoints kept the training of the last launch waiting, on the first rank; the one at its end, after
    /// which no step comes, is not counted.
    public var saveSeconds: Double?
    /// Steps whose update was left out because a value was not finite.
    public var skippedSteps: Int?

    enum CodingKeys: String, CodingKey {
      case steps, epochs, batch, lanes, seconds
      case stepTimes = "median_step_seconds_by_part"
      case saveSeconds = "save_seconds"
      case skippedSteps = "skipped_steps"
      case stoppedEarly = "stopped_early"
      case medianStepSeconds = "median_step_seconds"
      case samplesPerSecond = "samples_per_second"
      case tokensPerSample = "tokens_per_sample"
    }
  }

  public struct Machine: Codable, Equatable, Sendable {
    public var ranks: Int
    /// Groups of ranks that share memory; absent for `collective.algorithm: mpi`.
    public var nodes: Int?
    public var threads: Int
    public var instructionSet: String

    /// What the promise of same bits holds for.
    public var sameBits: String

    enum CodingKeys: String, CodingKey {
      case ranks, nodes, threads
      case sameBits = "same_bits"
      case instructionSet = "instruction_set"
    }
  }

  public struct Results: Codable, Equatable, Sendable {
    public var training: EvaluationResult
    public var validation: EvaluationResult?
    public var test: EvaluationResult?
  }

  public var model: String
  public var training: Training
  public var machine: Machine
  public var results: Results
  /// The last checkpoint, and what `revoada checkpoint digest` prints for it.
  public var checkpoint: String
  public var parametersDigest: String

  enum CodingKeys: String, CodingKey {
    case model, training, machine, results, checkpoint
    case parametersDigest = "parameters_digest"
  }
}

extension TrainingRun {
  /// Evaluates the model on every part of the data and writes summary.json.
  func summarize(_ session: Session) throws -> RunSummary {
    let results = RunSummary.Results(
      training: try evaluate(data.training), validation: try data.validation.map(evaluate),
      test: try data.test.map(evaluate))
    let sorted = session.stepSeconds.sorted()
    let median = sorted.isEmpty ? nil : sorted[sorted.count / 2]
    let summary = RunSummary(
      model: model.model.description,
      training: RunSummary.Training(
        steps: state.step, epochs: epoch, stoppedEarly: state.hasStoppedEarly, batch: trainer.plan.batchSize,
        lanes: trainer.plan.lanes, seconds: state.trainingSeconds, medianStepSeconds: median,
        samplesPerSecond: median.map { Double(trainer.plan.batchSize) / $0 }, tokensPerSample: data.training.context,
        stepTimes: StepTimes(mediansOf: session.times), saveSeconds: session.saveSeconds,
        skippedSteps: state.skippedSteps),
      machine: RunSummary.Machine(
        ranks: group.size, nodes: reduction.nodes, threads: parameters.backend.threads.size,
        instructionSet: parameters.backend.kernels.instructionSet.rawValue, sameBits: reduction.sameBits),
      results: results, checkpoint: savedPath ?? "",
      parametersDigest: withNamedTensors(of: [(prefix: "", arena: parameters)], parametersDigest(of:)))
    try group.agree {
      guard group.rank == 0 else { return }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      let text = String(decoding: try encoder.encode(summary), as: UTF8.self)
      try environment.fileSystem.replace(directory.summary, with: text + "\n")
    }
    return summary
  }
}

extension RunSummary {
  /// For people: how it was trained, and a table of results.
  ///
  ///                  loss   accuracy
  ///     training   0.0042     100.0%
  ///     test       0.0871      97.8%
  public var table: String {
    var rows = [("training", results.training)]
    if let validation = results.validation { rows.append(("validation", validation)) }
    if let test = results.test { rows.append(("test", test)) }
    let width = 12
    let header =
      String(repeating: " ", count: width) + "samples".leftPadded(to: 9) + "loss".leftPadded(to: 10)
      + (results.training.judgement.map { $0.name.leftPadded(to: $0.name.count + 3) } ?? "")
    let lines = rows.map { name, result in
      name + String(repeating: " ", count: width - name.count) + String(result.samples).leftPadded(to: 9)
        + result.loss.fixed(4).leftPadded(to: 10)
        + (result.judgement.map { $0.value.leftPadded(to: $0.name.count + 3) } ?? "")
    }
    return ([heading, "", header] + lines + ["", "saved    \(checkpoint)", "digest   \(parametersDigest)"])
      .joined(separator: "\n")
  }

  private var heading: String {
    let rate =
      training.samplesPerSecond.map {
        ", " + speedText($0, tokensPerSample: training.tokensPerSample)
      } ?? ""
    let early = training.stoppedEarly ? " (stopped early)" : ""
    return """
      \(model)
      \(machine.ranks) \(machine.ranks == 1 ? "rank" : "ranks") x \(machine.threads) \
      \(machine.threads == 1 ? "thread" : "threads"), \(machine.instructionSet), \(training.lanes) \
      \(training.lanes == 1 ? "lane" : "lanes"): \(training.steps) steps\(early), \(training.epochs.fixed(1)) epochs \
      in \(training.seconds.fixed(training.seconds < 10 ? 2 : 1)) s\(rate)
      """
  }
}
