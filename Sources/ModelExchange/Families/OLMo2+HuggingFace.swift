import Files
import ModelZoo

/// `Olmo2ForCausalLM`: Llama's names, with the normalisations behind the parts.
extension OLMo2: HuggingFaceFamily {
  init(_ fields: ConfigurationFields) throws(HuggingFaceConfigurationError) {
    try fields.require("attention_bias", .boolean(false))
    let sizes = try DecoderSizes(fields)
    try fields.require("head_dim", .integer(sizes.width / sizes.heads))
    guard sizes.rotary.scaling == nil else {
      throw .unsupported(path: fields.path, key: "rope_type", value: "'llama3' of olmo2", supported: ["'default'"])
    }
    self.init(
      vocabulary: sizes.vocabulary, context: sizes.context, layers: sizes.layers, heads: sizes.heads,
      keyValueHeads: sizes.keyValueHeads, width: sizes.width, hidden: sizes.hidden, rotaryBase: sizes.rotary.base,
      epsilon: Float(try fields.positive("rms_norm_eps", default: 1e-5)),
      tiesHead: try fields.flag("tie_word_embeddings", default: false))
  }

  var configuration: [String: JSONValue] {
    DecoderSizes(
      vocabulary: vocabulary, context: context, layers: layers, heads: heads, keyValueHeads: keyValueHeads,
      headSize: width / heads, width: width, hidden: hidden, rotary: Rotary(base: rotaryBase, scaling: nil)
    ).configuration.merging([
      "rms_norm_eps": .number(shortest(epsilon)), "tie_word_embeddings": .boolean(tiesHead),
      "attention_bias": .boolean(false),
    ]) { $1 }
  }

  var classNames: ClassNames { ClassNames(model: "Olmo2", language: "ForCausalLM") }

  var weightRules: [WeightRule] {
    [
      .same("blocks.*.attention_norm", "model.layers.*.post_attention_layernorm"),
      .same("blocks.*.feed_forward_norm", "model.layers.*.post_feedforward_layernorm"),
      .same("blocks.*.attention.query_norm", "model.layers.*.self_attn.q_norm"),
      .same("blocks.*.attention.key_norm", "model.layers.*.self_attn.k_norm"),
      .linears(
        "blocks.*.feed_forward.gate_up",
        [("model.layers.*.mlp.gate_proj", hidden), ("model.layers.*.mlp.up_proj", hidden)]),
      .linear("blocks.*.feed_forward.down", "model.layers.*.mlp.down_proj"),
    ] + WeightRule.decoder(heads: heads, keyValueHeads: keyValueHeads, headSize: width / heads)
  }

  var bodyPrefix: String { "model." }

  var ignoredTensors: [String] { WeightRule.rotaryTables }

  var copies: [(copy: String, original: String)] { tiesHead ? WeightRule.tiedHead : [] }
}
