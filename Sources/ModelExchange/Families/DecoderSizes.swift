import Files
import Inference
import Layers

/// What Llama, OLMo 2 and Mixtral write alike in `config.json`.
struct DecoderSizes {
  var vocabulary: Int
  var context: Int
  var layers: Int
  var heads: Int
  var keyValueHeads: Int
  var headSize: Int
  var width: Int
  var hidden: Int
  var rotary: Rotary
}

extension DecoderSizes {
  /// - Parameter rotaryBase: where the file tells none.
  init(_ fields: ConfigurationFields, rotaryBase: Double = 10_000) throws(HuggingFaceConfigurationError) {
    try fields.require("hidden_act", .string("silu"))
    width = try fields.size("hidden_size", atMost: SizeLimit.width)
    heads = try fields.headCount("num_attention_heads", sharing: width, "hidden_size")
    keyValueHeads = try fields.size("num_key_value_heads", default: heads, atMost: SizeLimit.width)
    guard heads % keyValueHeads == 0 else {
      throw .inconsistent(
        path: fields.path, reason: "num_key_value_heads \(keyValueHeads) does not divide num_attention_heads \(heads)")
    }
    headSize = try fields.size("head_dim", default: width / heads, atMost: SizeLimit.width)
    guard headSize % 2 == 0 else {
      throw .inconsistent(path: fields.path, reason: "a head of \(headSize) values has no two halves to rotate")
    }
    vocabulary = try fields.size("vocab_size", atMost: SizeLimit.vocabulary)
    context = try fields.size("max_position_embeddings", default: 2048, atMost: SizeLimit.context)
    layers = try fields.size("num_hidden_layers", atMost: SizeLimit.layers)
    hidden = try fields.size("intermediate_size", atMost: SizeLimit.width)
    rotary = try Rotary(fields, base: rotaryBase)
  }

  var configuration: [String: JSONValue] {
    [
      "vocab_size": .integer(vocabulary), "max_position_embeddings": .integer(context),
      "num_hidden_layers": .integer(layers), "num_attention_heads": .integer(heads),
      "num_key_value_heads": .integer(keyValueHeads), "head_dim": .integer(headSize), "hidden_size": .integer(width),
      "intermediate_size": .integer(hidden), "hidden_act": .string("silu"), "attention_dropout": .number(0),
    ].merging(rotary.configuration) { $1 }
  }
}

/// The rotary embedding's base, and its stretching to longer contexts.
struct Rotary {
  var base: Double
  var scaling: RotaryEmbedding.Scaling?
}

extension Rotary {
  /// Reads `rope_theta` and `rope_scaling`, or `rope_parameters`, which has both since version 5 of transformers.
  init(_ fields: ConfigurationFields, base: Double) throws(HuggingFaceConfigurationError) {
    try fields.require("partial_rotary_factor", .integer(1))
    var parameters = try fields.object("rope_scaling")
    if parameters == nil { parameters = try fields.object("rope_parameters") }
    let theta = try fields.positive("rope_theta", default: base)
    (self.base, scaling) = (theta, nil)
    guard let parameters else { return }
    self.base = try parameters.positive("rope_theta", default: theta)
    try parameters.require("partial_rotary_factor", .integer(1))
    // Before it was called rope_type it was called type.
    let key = parameters["rope_type"] == nil && parameters["type"] != nil ? "type" : "rope_type"
    guard try parameters.choice(key, ["default", "llama3"], default: "default") == "llama3" else { return }
    let context = try fields.size("max_position_embeddings", default: 2048, atMost: SizeLimit.context)
    let (low, high) = (
      try parameters.positive("low_freq_factor", default: 1), try parameters.positive("high_freq_factor", default: 4)
    )
    guard low < high else {
      throw .inconsistent(
        path: fields.path,
        reason: "low_freq_factor \(low) of the rotary embedding is not below high_freq_factor \(high)")
    }
    scaling = RotaryEmbedding.Scaling(
      factor: try parameters.positive("factor", default: 8), lowFrequencyFactor: low, highFrequencyFactor: high,
      originalContext: try parameters.size(
        "original_max_position_embeddings", default: context, atMost: SizeLimit.context))
  }

  /// In the older form, which every version of transformers reads.
  var configuration: [String: JSONValue] {
    let scaling = scaling.map { scaling in
      JSONValue.object([
        "rope_type": .string("llama3"), "factor": .number(scaling.factor),
        "low_freq_factor": .number(scaling.lowFrequencyFactor),
        "high_freq_factor": .number(scaling.highFrequencyFactor),
        "original_max_position_embeddings": .integer(scaling.originalContext),
      ])
    }
    return ["rope_theta": .number(base), "rope_scaling": scaling ?? .null]
  }
}

extension WeightRule {
  /// The rules of all that Llama, OLMo 2 and Mixtral call by the same names; normalisations and feed-forward nets are not
  /// among it. A model has a head for tokens, one for classes, or neither.
  static func decoder(heads: Int, keyValueHeads: Int, headSize: Int) -> [WeightRule] {
    [
      .same("tokens", "model.embed_tokens"),
      .linears(
        "blocks.*.attention.projection",
        [
          ("model.layers.*.self_attn.q_proj", heads * headSize),
          ("model.layers.*.self_attn.k_proj", keyValueHeads * headSize),
          ("model.layers.*.self_attn.v_proj", keyValueHeads * headSize),
        ]),
      .linear("blocks.*.attention.output", "model.layers.*.self_attn.o_proj"),
      .same("norm", "model.norm"),
      .same("head", "lm_head"),
      .linear("classifier", "score"),
    ]
  }

  /// The frequencies of the rotary embedding, which older versions saved.
  static let rotaryTables = ["model.layers.*.self_attn.rotary_emb.inv_freq", "model.rotary_emb.inv_freq"]

  static let tiedHead = [(copy: "lm_head.weight", original: "model.embed_tokens.weight")]
}
