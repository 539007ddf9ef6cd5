import ModelZoo
import TensorCore

/// What it costs to cut a step's batch into lanes: the same step of GPT-2 (124M) in one lane and in four.
public enum LaneWorkloads {
  /// Nothing is allocated before one of them runs.
  public static func all(on backend: Backend) -> [Workload] {
    let training = LanguageTraining("gpt2-124m", GPT2.small, batch: 8, time: 64, on: backend)
    return [1, 4].map { training.workload(family: "train", lanes: $0) }
  }
}
