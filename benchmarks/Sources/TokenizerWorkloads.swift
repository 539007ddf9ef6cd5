import Tokenizers

/// Whole texts cut into tokens, on one thread whatever `--threads` says.
public enum TokenizerWorkloads {
  /// - Parameter texts: by name; one workload each.
  public static func all(_ tokenizer: any Tokenizer, on texts: [(name: String, bytes: [UInt8])]) -> [Workload] {
    texts.map { text in
      Workload(
        family: "tokenizer", name: "encode \(text.name)",
        // The tokens are there for a peer to see that it does the same work.
        parameters: [
          "text": .word(text.name), "bytes": .number(text.bytes.count),
          "tokens": .number(tokenizer.encode(text.bytes).count),
        ],
        work: .latency
      ) { _ = tokenizer.encode(text.bytes) }
    }
  }
}
