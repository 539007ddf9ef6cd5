import Files
import ModelZoo

/// `LlamaForCausalLM`, as of Llama 1 to 3.2: RMSNorm, rotary embedding by halves, SwiGLU, grouped queries.
extension Llama: HuggingFaceFamily {
  init(_ fields: ConfigurationFields) throws(HuggingFaceConfigurationError) {
    try fields.require("attention_bias", .boolean(false))
    try fields.require("mlp_bias", .boolean(false))
    let sizes = try DecoderSizes(fields)
    self.init(
      vocabulary: sizes.vocabulary, context: sizes.context, layers: sizes.layers, heads: sizes.heads,
      keyValueHeads: sizes.keyValueHeads, headSize: sizes.headSize, width: sizes.width, hidden: sizes.hidden,
      rotaryBase: sizes.rotary.base, rotaryScaling: sizes.rotary.scaling,
      epsilon: Float(try fields.positive("rms_norm_eps", default: 1e-6)),
      tiesHead: try fields.flag("tie_word_embeddings", default: false))
  }

  var configuration: [String: JSONValue] {
    DecoderSizes(
      vocabulary: vocabulary, context: context, layers: layers, heads: heads, keyValueHeads: keyValueHeads,
      headSize: headSize, width: width, hidden: hidden, rotary: Rotary(base: rotaryBase, scaling: rotaryScaling)
    ).configuration.merging([
      "rms_norm_eps": .number(shortest(epsilon)), "tie_word_embeddings": .boolean(tiesHead),
      "attention_bias": .boolean(false), "mlp_bias": .boolean(false),
    ]) { $1 }
  }

  var classNames: ClassNames { ClassNames(model: "Llama", language: "ForCausalLM") }

  var weightRules: [WeightRule] {
    [
      .same("blocks.*.attention_norm", "model.layers.*.input_layernorm"),
      .same("blocks.*.feed_forward_norm", "model.layers.*.post_attention_layernorm"),
      .linears(
        "blocks.*.feed_forward.gate_up",
        [("model.layers.*.mlp.gate_proj", hidden), ("model.layers.*.mlp.up_proj", hidden)]),
      .linear("blocks.*.feed_forward.down", "model.layers.*.mlp.down_proj"),
    ] + WeightRule.decoder(heads: heads, keyValueHeads: keyValueHeads, headSize: headSize)
  }

  var bodyPrefix: String { "model." }

  var ignoredTensors: [String] { WeightRule.rotaryTables }

  var copies: [(copy: String, original: String)] { tiesHead ? WeightRule.tiedHead : [] }
}
