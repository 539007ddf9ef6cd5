/// Which modules of a Hugging Face model a module of ours is made of, for every block at once.
///
/// Modules are parameters' names without their last part, `weight` or `bias`, which is the same on both sides. A `*` stands
/// for a number, that of a block or of an expert; their order is the same on both sides.
///
///     .same("blocks.*.attention_norm", "transformer.h.*.ln_1")
///     .linear("blocks.*.attention.output", "model.layers.*.self_attn.o_proj")
///     .linears("blocks.*.attention.projection", [("model.layers.*.self_attn.q_proj", 512), ...])
struct WeightRule: Sendable {
  /// Of ours.
  let module: String
  /// Of theirs, and how many of our columns each makes, from left to right; `nil`: all.
  let sources: [(module: String, columns: Int?)]
  /// Whether they store a matrix the other way round: [outputs, inputs], where ours is [inputs, outputs].
  let isTransposed: Bool

  /// Stored as ours: tables, normalisations, and the linear maps of GPT-2, which it calls convolutions.
  static func same(_ module: String, _ source: String) -> WeightRule {
    WeightRule(module: module, sources: [(source, nil)], isTransposed: false)
  }

  /// A linear map.
  static func linear(_ module: String, _ source: String) -> WeightRule {
    WeightRule(module: module, sources: [(source, nil)], isTransposed: true)
  }

  /// Several linear maps of one input, which are one of ours, side by side.
  static func linears(_ module: String, _ sources: [(String, columns: Int)]) -> WeightRule {
    WeightRule(module: module, sources: sources.map { ($0.0, $0.columns) }, isTransposed: true)
  }

  /// The numbers that the stars stand for in the name of a module; `nil` where the rule is not about it.
  func numbers(in name: String) -> [Substring]? {
    let (pattern, parts) = (module.split(separator: "."), name.split(separator: "."))
    guard pattern.count == parts.count else { return nil }
    var numbers: [Substring] = []
    for (expected, part) in zip(pattern, parts) {
      if expected == "*" {
        guard part.allSatisfy(\.isWholeNumber) else { return nil }
        numbers.append(part)
      } else if expected != part {
        return nil
      }
    }
    return numbers
  }

  /// A module's name with numbers in place of its stars.
  static func filled(_ pattern: String, with numbers: [Substring]) -> String {
    var rest = numbers[...]
    let parts = pattern.split(separator: ".").map { part in
      guard part == "*" else { return part }
      guard let number = rest.popFirst() else { preconditionFailure("\(pattern) has more stars than \(numbers)") }
      return number
    }
    return parts.joined(separator: ".")
  }
}
