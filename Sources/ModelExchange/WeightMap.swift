import Checkpoints
import ModelZoo
import TensorCore

/// Where each tensor of a Hugging Face folder lies in the parameters of a model: the one declaration that export and import,
/// and gradients under their names, follow.
///
///     let map = WeightMap(of: configuration)
///     let theirs = map.value(of: map.parts[0], in: parameters.tensor(map.parts[0].parameter))
///     map.write(theirs, as: map.parts[0], to: parameters)
public struct WeightMap: Sendable {
  /// A tensor of theirs: some columns of a parameter of ours, perhaps the other way round.
  public struct Part: Hashable, Sendable {
    /// Theirs: the tensor's name and its shape.
    public let tensor: TensorSignature
    /// Ours: the index in the layout.
    public let parameter: Int
    /// Those of the parameter, which is a matrix or a vector, that the tensor makes.
    public let columns: Range<Int>
    public let isTransposed: Bool
  }

  public let layout: ParameterLayout
  /// In the layout's order; each covers its columns, all cover everything, and no two overlap.
  public let parts: [Part]

  public init(of configuration: HuggingFaceConfiguration) {
    self.init(configuration.architecture.huggingFace.weightRules, layout: configuration.makeModel().layout)
  }

  /// - Precondition: one rule speaks of each parameter, and its columns are as many as the parameter's.
  init(_ rules: [WeightRule], layout: ParameterLayout) {
    self.layout = layout
    parts = layout.entries.indices.flatMap { index in
      let entry = layout.entries[index]
      guard let dot = entry.name.lastIndex(of: ".") else { preconditionFailure("\(entry.name) is in no module") }
      let (module, leaf) = (entry.name[..<dot], entry.name[dot...])
      let matches = rules.compactMap { rule in rule.numbers(in: String(module)).map { (rule, $0) } }
      precondition(matches.count == 1, "\(matches.count) rules speak of \(entry.name)")
      return Self.parts(of: matches[0].0, with: matches[0].1, leaf: String(leaf), entry.shape, parameter: index)
    }
  }

  private static func parts(
    of rule: WeightRule, with numbers: [Substring], leaf: String, _ shape: Shape, parameter: Int
  ) -> [Part] {
    var begin = 0
    let parts = rule.sources.map { source in
      let columns = begin..<begin + (source.columns ?? shape.columns)
      begin = columns.upperBound
      let isTransposed = rule.isTransposed && shape.rank == 2
      let rows = shape.dimensions.dropLast()
      return Part(
        tensor: TensorSignature(
          name: WeightRule.filled(source.module, with: numbers) + leaf,
          shape: isTransposed ? [columns.count] + rows : rows + [columns.count]),
        parameter: parameter, columns: columns, isTransposed: isTransposed)
    }
    precondition(begin == shape.columns, "\(rule.module)\(leaf) \(shape) is made of \(begin) columns")
    return parts
  }

  /// The part's tensor, as they store it, out of the parameter of ours.
  public func value(of part: Part, in parameter: Tensor) -> Tensor {
    let columns =
      part.columns.count == parameter.shape.columns
      ? parameter : parameter.sliced(dimension: -1, range: part.columns)
    return part.isTransposed ? columns.transposed() : columns
  }

  /// Writes the part's tensor, as they store it, where it belongs.
  public func write(_ tensor: Tensor, as part: Part, to parameters: Arena) {
    parameters.destination(part.parameter, accumulates: false)
      .writePart(part.isTransposed ? tensor.transposed() : tensor, dimension: -1, at: part.columns.lowerBound)
  }
}
