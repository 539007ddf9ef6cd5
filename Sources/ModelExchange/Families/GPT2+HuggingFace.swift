import Files
import Inference
import ModelZoo

/// `GPT2LMHeadModel`. Its linear maps are stored as ours, [inputs, outputs]; the head is the table of tokens.
///
/// `attn_pdrop`, the dropout of attention weights, is not read, for our attention has none: it only matters for training.
extension GPT2: HuggingFaceFamily {
  init(_ fields: ConfigurationFields) throws(HuggingFaceConfigurationError) {
    try fields.require("activation_function", in: ["gelu_new", "gelu_pytorch_tanh"].map { .string($0) })
    try fields.require("layer_norm_epsilon", .number(1e-5))
    try fields.require("scale_attn_weights", .boolean(true))
    try fields.require("scale_attn_by_inverse_layer_idx", .boolean(false))
    try fields.require("add_cross_attention", .boolean(false))
    try fields.require("tie_word_embeddings", .boolean(true))
    let width = try fields.size("n_embd", atMost: SizeLimit.width)
    try fields.require("n_inner", .integer(4 * width))
    self.init(
      vocabulary: try fields.size("vocab_size", atMost: SizeLimit.vocabulary),
      context: try fields.size("n_positions", default: 1024, atMost: SizeLimit.context),
      layers: try fields.size("n_layer", atMost: SizeLimit.layers),
      heads: try fields.headCount("n_head", sharing: width, "n_embd"), width: width,
      dropout: try fields.dropout("resid_pdrop"))
  }

  var configuration: [String: JSONValue] {
    [
      "vocab_size": .integer(vocabulary), "n_positions": .integer(context), "n_layer": .integer(layers),
      "n_head": .integer(heads), "n_embd": .integer(width), "n_inner": .null,
      "activation_function": .string("gelu_new"),
      "layer_norm_epsilon": .number(1e-5), "resid_pdrop": .number(shortest(dropout)),
      "embd_pdrop": .number(shortest(dropout)), "attn_pdrop": .number(0), "scale_attn_weights": .boolean(true),
      "tie_word_embeddings": .boolean(true),
    ]
  }

  var classNames: ClassNames { ClassNames(model: "GPT2", language: "LMHeadModel") }

  var weightRules: [WeightRule] {
    [
      .same("tokens", "transformer.wte"),
      .same("positions", "transformer.wpe"),
      .same("blocks.*.attention_norm", "transformer.h.*.ln_1"),
      .same("blocks.*.attention.projection", "transformer.h.*.attn.c_attn"),
      .same("blocks.*.attention.output", "transformer.h.*.attn.c_proj"),
      .same("blocks.*.feed_forward_norm", "transformer.h.*.ln_2"),
      .same("blocks.*.up", "transformer.h.*.mlp.c_fc"),
      .same("blocks.*.down", "transformer.h.*.mlp.c_proj"),
      .same("norm", "transformer.ln_f"),
      .linear("classifier", "score"),
    ]
  }

  var bodyPrefix: String { "transformer." }

  /// The causal mask and the value that it puts in place of what is hidden.
  var ignoredTensors: [String] { ["transformer.h.*.attn.bias", "transformer.h.*.attn.masked_bias"] }

  var copies: [(copy: String, original: String)] { [("lm_head.weight", "transformer.wte.weight")] }
}
