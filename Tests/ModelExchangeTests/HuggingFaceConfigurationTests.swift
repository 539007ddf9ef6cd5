import Failures
import Files
import ModelExchange
import ModelZoo
import TestSupport
import Testing

@Suite("A config.json")
struct HuggingFaceConfigurationTests {
  /// Reads a configuration with some keys set otherwise.
  private func read(_ name: String, _ changes: [String: JSONValue]) throws -> HuggingFaceConfiguration {
    let architecture = try #require(SmallModels.all.first { $0.name == name }?.architecture)
    guard case .object(let members) = HuggingFaceConfiguration(architecture).json else { preconditionFailure() }
    let folder = try TemporaryFolder()
    let text = JSONValue.object(members.merging(changes) { $1 }).fileText
    return try HuggingFaceConfiguration(contentsOf: try folder.write(text, to: "config.json"))
  }

  @Test(
    "that asks for what our models do not do is refused with the key and its value",
    arguments: [
      ("gpt2", "model_type", JSONValue.string("gptj"), "model_type 'gptj' is not supported"),
      ("gpt2", "model_type", .null, "has no key 'model_type'"),
      ("gpt2", "activation_function", .string("relu"), "activation_function 'relu' is not supported"),
      ("gpt2", "n_inner", .integer(25), "n_inner 25 is not supported"),
      (
        "gpt2", "scale_attn_by_inverse_layer_idx", .boolean(true),
        "scale_attn_by_inverse_layer_idx true is not supported"
      ),
      ("gpt2", "n_head", .integer(4), "n_head 4 does not divide n_embd 6"),
      ("gpt2", "n_layer", .integer(0), "n_layer is 0, not a whole number from 1 to 1024"),
      ("gpt2", "n_embd", .string("6"), "n_embd is '6', not a whole number"),
      ("gpt2", "vocab_size", .integer(1 << 40), "vocab_size is 1099511627776, not a whole number"),
      ("gpt2", "resid_pdrop", .integer(1), "resid_pdrop is 1.0, not a number from 0 up to 1"),
      ("gpt2", "quantization_config", .object([:]), "quantization_config an object is not supported"),
      ("gpt2", "eos_token_id", .string("</s>"), "eos_token_id is '</s>', not a token or a list of tokens"),
      ("llama", "hidden_act", .string("gelu"), "hidden_act 'gelu' is not supported"),
      ("llama", "attention_bias", .boolean(true), "attention_bias true is not supported"),
      (
        "llama", "rope_scaling", .object(["rope_type": .string("yarn")]),
        "rope_scaling.rope_type 'yarn' is not supported"
      ),
      ("llama", "rope_scaling", .object(["type": .string("linear")]), "rope_scaling.type 'linear' is not supported"),
      ("llama", "rope_theta", .integer(0), "rope_theta is 0.0, not a number above 0"),
      ("llama", "num_key_value_heads", .integer(3), "num_key_value_heads 3 does not divide num_attention_heads 4"),
      ("llama", "head_dim", .integer(3), "a head of 3 values has no two halves"),
      ("olmo2", "head_dim", .integer(4), "head_dim 4 is not supported"),
      (
        "olmo2", "rope_scaling", .object(["rope_type": .string("llama3")]),
        "rope_type 'llama3' of olmo2 is not supported"
      ),
      ("mixture", "sliding_window", .integer(4096), "sliding_window 4096 is not supported"),
      ("mixture", "num_local_experts", .integer(1), "num_experts_per_tok is 2, not a whole number from 1 to 1"),
      ("mixture", "num_local_experts", .integer(100_000), "num_local_experts is 100000, not a whole number"),
      ("bert", "hidden_act", .string("relu"), "hidden_act 'relu' is not supported"),
      (
        "bert", "position_embedding_type", .string("relative_key"),
        "position_embedding_type 'relative_key' is not supported"
      ),
      ("bert", "is_decoder", .boolean(true), "is_decoder true is not supported"),
      ("t5", "feed_forward_proj", .string("relu"), "feed_forward_proj 'relu' is not supported"),
      ("t5", "feed_forward_proj", .null, "feed_forward_proj 'relu', the default, is not supported"),
      ("t5", "relative_attention_num_buckets", .integer(2), "2 buckets of relative positions"),
    ])
  func refused(name: String, key: String, value: JSONValue, words: String) throws {
    let error = #expect(throws: HuggingFaceConfigurationError.self) { try read(name, [key: value]) }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(error?.exitStatus == .badData)
  }

  @Test("says the same in the form of transformers 5, where the rotary embedding has an object of its own")
  func rotaryParameters() throws {
    let parameters = JSONValue.object([
      "rope_type": .string("llama3"), "rope_theta": .integer(5000), "factor": .integer(4),
      "low_freq_factor": .number(1.5),
      "high_freq_factor": .integer(3), "original_max_position_embeddings": .integer(5),
    ])
    let changes = ["rope_theta": JSONValue.null, "rope_scaling": .null, "rope_parameters": parameters]
    #expect(try read("llama", changes).architecture == SmallModels.llama)
  }

  @Test("may leave out what has a default in transformers")
  func defaults() throws {
    let configuration = try read("llama", ["num_key_value_heads": .null, "head_dim": .null, "rms_norm_eps": .null])
    guard case .llama(let llama) = configuration.architecture else { preconditionFailure() }
    #expect((llama.keyValueHeads, llama.headSize, llama.epsilon) == (4, 2, 1e-6))
  }

  @Test("is refused where a default does not fit the rest, as two experts a token where there is one")
  func unfitDefault() throws {
    let changes = ["num_local_experts": JSONValue.integer(1), "num_experts_per_tok": .null]
    let error = #expect(throws: HuggingFaceConfigurationError.self) { try read("mixture", changes) }
    #expect(error?.message.contains("num_experts_per_tok is 2, not a whole number from 1 to 1") == true)
  }

  @Test(
    "that is no JSON object, or too long, is refused",
    arguments: [
      ("[]", "is not a JSON object"), ("{", "is not valid JSON"),
      (String(repeating: "[", count: 99), "levels of nesting"),
      (String(repeating: " ", count: 1 << 24) + "{}", "at most 16777216 are read"),
    ])
  func noObject(text: String, words: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "config.json")
    let error = #expect(throws: (any Error).self) { try HuggingFaceConfiguration(contentsOf: path) }
    #expect("\(error as Any)".contains(words))
  }

  @Test("that is not there is a missing input")
  func missing() throws {
    let error = #expect(throws: JSONFileError.self) { try HuggingFaceConfiguration(contentsOf: "/absent/config.json") }
    #expect(error?.exitStatus == .missingInput)
  }
}
