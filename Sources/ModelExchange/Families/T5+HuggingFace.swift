import Files
import Inference
import ModelZoo

/// `T5ForConditionalGeneration` of version 1.1: the feed-forward part is gated.
///
/// The first T5, whose feed-forward part is not, is refused by its `feed_forward_proj`.
extension T5: HuggingFaceFamily {
  init(_ fields: ConfigurationFields) throws(HuggingFaceConfigurationError) {
    guard fields["feed_forward_proj"] != nil else {
      throw .unsupported(
        path: fields.path, key: "feed_forward_proj", value: "'relu', the default,", supported: ["'gated-gelu'"])
    }
    try fields.require("feed_forward_proj", .string("gated-gelu"))
    // With this activation written out it would be another one.
    try fields.require("dense_act_fn", .string("gelu_new"))
    let buckets = try fields.size("relative_attention_num_buckets", default: 32, atMost: SizeLimit.width)
    let distance = try fields.size("relative_attention_max_distance", default: 128, atMost: SizeLimit.context)
    guard buckets >= 4, distance > buckets / 2 else {
      throw .inconsistent(path: fields.path, reason: "\(buckets) buckets of relative positions up to \(distance)")
    }
    let layers = try fields.size("num_layers", atMost: SizeLimit.layers)
    // Since version 5 of transformers `tie_word_embeddings` says nothing here, and `scale_decoder_outputs` what it said.
    let ties = try fields.flag("scale_decoder_outputs", default: fields.flag("tie_word_embeddings", default: true))
    self.init(
      vocabulary: try fields.size("vocab_size", atMost: SizeLimit.vocabulary), encoderLayers: layers,
      decoderLayers: try fields.size("num_decoder_layers", default: layers, atMost: SizeLimit.layers),
      heads: try fields.size("num_heads", atMost: SizeLimit.width),
      headSize: try fields.size("d_kv", atMost: SizeLimit.width),
      width: try fields.size("d_model", atMost: SizeLimit.width),
      hidden: try fields.size("d_ff", atMost: SizeLimit.width), buckets: buckets, maximumDistance: distance,
      epsilon: Float(try fields.positive("layer_norm_epsilon", default: 1e-6)), tiesHead: ties,
      dropout: try fields.dropout("dropout_rate"))
  }

  var configuration: [String: JSONValue] {
    [
      "vocab_size": .integer(vocabulary), "num_layers": .integer(encoderLayers),
      "num_decoder_layers": .integer(decoderLayers), "num_heads": .integer(heads), "d_kv": .integer(headSize),
      "d_model": .integer(width), "d_ff": .integer(hidden), "relative_attention_num_buckets": .integer(buckets),
      "relative_attention_max_distance": .integer(maximumDistance), "layer_norm_epsilon": .number(shortest(epsilon)),
      "feed_forward_proj": .string("gated-gelu"), "dropout_rate": .number(shortest(dropout)),
      "tie_word_embeddings": .boolean(tiesHead), "is_encoder_decoder": .boolean(true),
    ]
  }

  var classNames: ClassNames { ClassNames(model: "T5", language: "ForConditionalGeneration") }

  var weightRules: [WeightRule] {
    [.same("tokens", "shared"), .same("head", "lm_head")]
      + stackRules("encoder", feedForward: 1) + stackRules("decoder", feedForward: 2) + [
        .same("decoder.blocks.*.cross_attention_norm", "decoder.block.*.layer.1.layer_norm"),
        .linear("decoder.blocks.*.cross_attention.queries", "decoder.block.*.layer.1.EncDecAttention.q"),
        .linears(
          "decoder.blocks.*.cross_attention.keys_values",
          ["k", "v"].map { ("decoder.block.*.layer.1.EncDecAttention.\($0)", heads * headSize) }),
        .linear("decoder.blocks.*.cross_attention.output", "decoder.block.*.layer.1.EncDecAttention.o"),
      ]
  }

  /// What encoder and decoder have alike. All blocks share the first one's position biases.
  private func stackRules(_ stack: String, feedForward: Int) -> [WeightRule] {
    let (first, last) = ("\(stack).block.*.layer.0", "\(stack).block.*.layer.\(feedForward)")
    return [
      .same("\(stack).position_bias", "\(stack).block.0.layer.0.SelfAttention.relative_attention_bias"),
      .same("\(stack).blocks.*.attention_norm", "\(first).layer_norm"),
      .linears(
        "\(stack).blocks.*.attention.projection",
        ["q", "k", "v"].map { ("\(first).SelfAttention.\($0)", heads * headSize) }),
      .linear("\(stack).blocks.*.attention.output", "\(first).SelfAttention.o"),
      .same("\(stack).blocks.*.feed_forward_norm", "\(last).layer_norm"),
      .linears(
        "\(stack).blocks.*.feed_forward.gate_up", ["wi_0", "wi_1"].map { ("\(last).DenseReluDense.\($0)", hidden) }),
      .linear("\(stack).blocks.*.feed_forward.down", "\(last).DenseReluDense.wo"),
      .same("\(stack).norm", "\(stack).final_layer_norm"),
    ]
  }

  var bodyPrefix: String { "" }

  /// A position bias of cross-attention, which the first implementation saved and never used.
  var ignoredTensors: [String] { ["decoder.block.*.layer.1.EncDecAttention.relative_attention_bias.weight"] }

  var copies: [(copy: String, original: String)] {
    ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"].map { ($0, "shared.weight") }
      + (tiesHead ? [("lm_head.weight", "shared.weight")] : [])
  }

  /// The decoder begins with padding.
  var specialTokens: [String: JSONValue] {
    ["pad_token_id": .integer(0), "eos_token_id": .integer(1), "decoder_start_token_id": .integer(0)]
  }
}
