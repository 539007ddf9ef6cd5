import Datasets
import Inference
import Layers
import ModelZoo

/// What one lane of a step takes: multiply-adds forward and backward, and what is kept in between.
struct StepWork {
  var unit: String
  var unitsPerLane: Int
  var multiplyAdds: Double
  var keptBytes: Double

  /// Of a language model on sequences of the configuration's length.
  init(_ description: ModelDescription, _ configuration: RunConfiguration, sequences: Int) {
    let time = configuration.data.context
    let recomputes = configuration.model.recompute
    // A seventh of a text is cut out; the decoder of a T5 writes it, with a sentinel for each span.
    let written = description.architecture.family == .t5 ? time / 5 + 1 : 0
    let work = LanguageWork(of: description.architecture, time: time, targetTime: written, recomputesBlocks: recomputes)
    let logits = min(24 * 1_048_576, Double(sequences * time * description.architecture.vocabulary * 4))
    unit = "tokens"
    unitsPerLane = sequences * time
    multiplyAdds = Double(sequences) * work.multiplyAdds * (recomputes ? 4 : 3)
    keptBytes = Double(sequences) * work.keptValues * 4 + logits
  }

  /// Of whatever model the data have.
  init(_ made: TrainingModel, _ configuration: RunConfiguration, _ part: DataPart, sequences: Int) {
    if let description = made.description {
      self.init(description, configuration, sequences: sequences)
      return
    }
    let predictor = PredictorWork(configuration.model, sampleShape: part.sampleShape, layout: made.model.layout)
    self.init(
      unit: "samples", unitsPerLane: sequences, multiplyAdds: 3 * Double(sequences) * predictor.multiplyAdds,
      keptBytes: 8 * Double(sequences) * predictor.values)
  }

  private init(unit: String, unitsPerLane: Int, multiplyAdds: Double, keptBytes: Double) {
    self.unit = unit
    self.unitsPerLane = unitsPerLane
    self.multiplyAdds = multiplyAdds
    self.keptBytes = keptBytes
  }
}
