import Datasets

/// The configuration's words in the terms of `Datasets`.
extension DataConfiguration {
  func tokenizerChoice() throws(ConfigurationError) -> TokenizerChoice {
    switch tokenizer {
    case .bytes: return .bytes
    case .characters: return .characters
    case .bpe:
      guard let vocabulary else {
        throw ConfigurationError("data.vocabulary is auto", remedy: "Say how many tokens bpe is to learn.")
      }
      return .bytePairs(vocabularySize: vocabulary)
    case .file:
      guard let tokenizerPath else {
        throw ConfigurationError("data.tokenizer_path is auto", remedy: "Give a tokenizer.json.")
      }
      return .file(path: tokenizerPath.string)
    }
  }

  func textOptions(_ objective: TextObjective.Kind) -> LoadedText.Options {
    LoadedText.Options(context: context, validation: validation, test: test, objective: objective)
  }

  var csvOptions: CSVOptions {
    CSVOptions(path: path.string, label: csvLabel, header: csvHeader, task: csvTask)
  }

  var featureScaling: FeatureScaling {
    switch scaling {
    case .none: .none
    case .minMax: .minMax
    case .zScore: .zScore
    }
  }

  private var csvHeader: CSVOptions.HeaderRow {
    switch header {
    case .auto: .automatic
    case .present: .yes
    case .absent: .no
    }
  }

  private var csvTask: LearningTask { task == .regression ? .regression : .classification }

  var csvLabel: CSVOptions.LabelColumn {
    switch label {
    case .last: .last
    case .name(let name): .name(name)
    case .number(let number): .number(number)
    }
  }
}
