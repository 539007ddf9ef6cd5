import Checkpoints

/// How the tensors of a folder compare with those that a model wants.
struct TensorComparison {
  /// What the folder calls each wanted tensor that it has.
  private(set) var names: [String: String] = [:]
  private(set) var problems: [TensorProblem] = []
  /// Tensors, by the folder's names, that should have the same values.
  private(set) var copies: [(copy: String, original: String)] = []

  init(
    _ found: [SafetensorsFile.Tensor], with wanted: [TensorSignature], family: any HuggingFaceFamily
  ) {
    let shapes = Dictionary(uniqueKeysWithValues: wanted.map { ($0.name, $0.shape) })
    let originals = Dictionary(uniqueKeysWithValues: family.copies.map { ($0.copy, $0.original) })
    let ignored = family.ignoredTensors.map { pattern in WeightRule.same(pattern, pattern) }
    var surplus: [SafetensorsFile.Tensor] = []
    var duplicates: [(SafetensorsFile.Tensor, original: String)] = []
    for tensor in found {
      let name = Self.ownName(tensor.name, prefix: family.bodyPrefix) { shapes[$0] != nil }
      if let shape = shapes[name] {
        if names.updateValue(tensor.name, forKey: name) != nil {
          problems.append(.unexpected(tensor.signature))
        } else if shape != tensor.shape {
          problems.append(.shape(name: tensor.name, expected: shape, found: tensor.shape))
        } else if !tensor.elementType.isReadAsFloat {
          problems.append(.type(name: tensor.name, found: tensor.elementType.rawValue))
        }
      } else if let original = originals[name] {
        duplicates.append((tensor, original))
      } else if !ignored.contains(where: {
        $0.numbers(in: name) != nil || $0.numbers(in: family.bodyPrefix + name) != nil
      }) {
        surplus.append(tensor)
      }
    }
    problems = wanted.filter { names[$0.name] == nil }.map { .missing($0) } + problems
    problems += surplus.map { .unexpected($0.signature) }
    for (tensor, original) in duplicates {
      // Where the original is missing or wrong that is said already.
      guard let name = names[original], shapes[original] == tensor.shape, tensor.elementType.isReadAsFloat else {
        if names[original] != nil { problems.append(.unexpected(tensor.signature)) }
        continue
      }
      copies.append((tensor.name, name))
    }
  }

  /// The name that the map has for a tensor: with the prefix that files of a body alone lack, and with today's names of a
  /// normalisation's parameters, which the first files of BERT call gamma and beta.
  private static func ownName(_ name: String, prefix: String, _ isWanted: (String) -> Bool) -> String {
    var name = name
    for (old, new) in [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")]
    where name.hasSuffix(old) {
      name = name.dropLast(old.count) + new
    }
    return !isWanted(name) && isWanted(prefix + name) ? prefix + name : name
  }
}
