import Files
import Inference
import ModelZoo

/// `MixtralForCausalLM`. Of an expert, w1 is the gate, w3 goes up and w2 down.
///
/// The loss that keeps experts equally busy is `router_aux_loss_coef` times theirs; they make it of all layers' choices
/// together, we of each layer's, and take the mean: the same for one layer.
extension MixtureOfExperts: HuggingFaceFamily {
  init(_ fields: ConfigurationFields) throws(HuggingFaceConfigurationError) {
    try fields.require("sliding_window", in: [])
    try fields.require("router_jitter_noise", .integer(0))
    let sizes = try DecoderSizes(fields, rotaryBase: 1_000_000)
    let experts = try fields.size("num_local_experts", atMost: SizeLimit.experts / sizes.layers)
    self.init(
      frame: Llama(
        vocabulary: sizes.vocabulary, context: sizes.context, layers: sizes.layers, heads: sizes.heads,
        keyValueHeads: sizes.keyValueHeads, headSize: sizes.headSize, width: sizes.width, hidden: sizes.hidden,
        rotaryBase: sizes.rotary.base, rotaryScaling: sizes.rotary.scaling,
        epsilon: Float(try fields.positive("rms_norm_eps", default: 1e-5)),
        tiesHead: try fields.flag("tie_word_embeddings", default: false)),
      experts: experts, expertsPerToken: try fields.size("num_experts_per_tok", default: 2, atMost: experts),
      balanceCoefficient: Float(try fields.number("router_aux_loss_coef", default: 0.001)))
  }

  var configuration: [String: JSONValue] {
    DecoderSizes(
      vocabulary: frame.vocabulary, context: frame.context, layers: frame.layers, heads: frame.heads,
      keyValueHeads: frame.keyValueHeads, headSize: frame.headSize, width: frame.width, hidden: frame.hidden,
      rotary: Rotary(base: frame.rotaryBase, scaling: frame.rotaryScaling)
    ).configuration.merging([
      "rms_norm_eps": .number(shortest(frame.epsilon)), "tie_word_embeddings": .boolean(frame.tiesHead),
      "num_local_experts": .integer(experts), "num_experts_per_tok": .integer(expertsPerToken),
      "router_aux_loss_coef": .number(shortest(balanceCoefficient)), "sliding_window": .null,
    ]) { $1 }
  }

  var classNames: ClassNames { ClassNames(model: "Mixtral", language: "ForCausalLM") }

  var weightRules: [WeightRule] {
    let expert = "model.layers.*.block_sparse_moe.experts.*"
    return [
      .same("blocks.*.attention_norm", "model.layers.*.input_layernorm"),
      .same("blocks.*.feed_forward_norm", "model.layers.*.post_attention_layernorm"),
      .linear("blocks.*.feed_forward.router", "model.layers.*.block_sparse_moe.gate"),
      .linears(
        "blocks.*.feed_forward.experts.*.gate_up", [("\(expert).w1", frame.hidden), ("\(expert).w3", frame.hidden)]),
      .linear("blocks.*.feed_forward.experts.*.down", "\(expert).w2"),
    ] + WeightRule.decoder(heads: frame.heads, keyValueHeads: frame.keyValueHeads, headSize: frame.headSize)
  }

  var bodyPrefix: String { "model." }

  var ignoredTensors: [String] { WeightRule.rotaryTables }

  var copies: [(copy: String, original: String)] { frame.tiesHead ? WeightRule.tiedHead : [] }
}
