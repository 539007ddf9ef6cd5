import Files
import Inference
import ModelZoo

/// `BertForMaskedLM`, and `BertForSequenceClassification` where there is a head for classes.
extension BERT: HuggingFaceFamily {
  init(_ fields: ConfigurationFields) throws(HuggingFaceConfigurationError) {
    try fields.require("hidden_act", .string("gelu"))
    try fields.require("position_embedding_type", .string("absolute"))
    try fields.require("is_decoder", .boolean(false))
    try fields.require("add_cross_attention", .boolean(false))
    try fields.require("tie_word_embeddings", .boolean(true))
    let width = try fields.size("hidden_size", atMost: SizeLimit.width)
    self.init(
      vocabulary: try fields.size("vocab_size", atMost: SizeLimit.vocabulary),
      context: try fields.size("max_position_embeddings", default: 512, atMost: SizeLimit.context),
      segments: try fields.size("type_vocab_size", default: 2, atMost: SizeLimit.vocabulary),
      layers: try fields.size("num_hidden_layers", atMost: SizeLimit.layers),
      heads: try fields.headCount("num_attention_heads", sharing: width, "hidden_size"), width: width,
      hidden: try fields.size("intermediate_size", atMost: SizeLimit.width),
      epsilon: Float(try fields.positive("layer_norm_eps", default: 1e-12)),
      dropout: try fields.dropout("hidden_dropout_prob"))
  }

  var configuration: [String: JSONValue] {
    [
      "vocab_size": .integer(vocabulary), "max_position_embeddings": .integer(context),
      "type_vocab_size": .integer(segments), "num_hidden_layers": .integer(layers),
      "num_attention_heads": .integer(heads), "hidden_size": .integer(width), "intermediate_size": .integer(hidden),
      "hidden_act": .string("gelu"), "layer_norm_eps": .number(shortest(epsilon)),
      "hidden_dropout_prob": .number(shortest(dropout)), "attention_probs_dropout_prob": .number(0),
      "tie_word_embeddings": .boolean(true),
    ]
  }

  var classNames: ClassNames { ClassNames(model: "Bert", language: "ForMaskedLM") }

  var weightRules: [WeightRule] {
    let layer = "bert.encoder.layer.*"
    return [
      .same("tokens", "bert.embeddings.word_embeddings"),
      .same("positions", "bert.embeddings.position_embeddings"),
      .same("segments", "bert.embeddings.token_type_embeddings"),
      .same("embedding_norm", "bert.embeddings.LayerNorm"),
      .linears(
        "blocks.*.attention.projection",
        ["query", "key", "value"].map { ("\(layer).attention.self.\($0)", width) }),
      .linear("blocks.*.attention.output", "\(layer).attention.output.dense"),
      .same("blocks.*.attention_norm", "\(layer).attention.output.LayerNorm"),
      .linear("blocks.*.up", "\(layer).intermediate.dense"),
      .linear("blocks.*.down", "\(layer).output.dense"),
      .same("blocks.*.feed_forward_norm", "\(layer).output.LayerNorm"),
      .linear("transform", "cls.predictions.transform.dense"),
      .same("transform_norm", "cls.predictions.transform.LayerNorm"),
      .same("head", "cls.predictions"),
      .linear("pooler", "bert.pooler.dense"),
      .linear("classifier", "classifier"),
    ]
  }

  var bodyPrefix: String { "bert." }

  /// Positions in order; the head that says whether one text follows another, and the pooler that it reads.
  var ignoredTensors: [String] {
    [
      "bert.embeddings.position_ids", "bert.pooler.dense.weight", "bert.pooler.dense.bias",
      "cls.seq_relationship.weight", "cls.seq_relationship.bias",
    ]
  }

  var copies: [(copy: String, original: String)] {
    [
      ("cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight"),
      ("cls.predictions.decoder.bias", "cls.predictions.bias"),
    ]
  }
}
