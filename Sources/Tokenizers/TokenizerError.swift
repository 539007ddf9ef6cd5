import Failures

/// A tokenizer's file that cannot be used: what is wrong, in which file, and what to do about it.
public struct TokenizerError: UserFacingError, Hashable {
  /// What is the matter with the file.
  public enum Kind: Hashable, Sendable {
    /// It is not where it was said to be.
    case missingInput
    /// Its content is wrong.
    case badContent
    /// It is sound, and asks for something that Revoada does not have.
    case unsupported
  }

  public let kind: Kind
  public let message: String
  public let remedy: String?

  public var exitStatus: ExitStatus { kind == .missingInput ? .missingInput : .badData }

  static func missing(_ path: String, _ problem: String, remedy: String) -> TokenizerError {
    TokenizerError(kind: .missingInput, message: "\(path): \(problem)", remedy: remedy)
  }

  static func badContent(_ path: String, _ problem: String) -> TokenizerError {
    TokenizerError(
      kind: .badContent, message: "\(path): \(problem)", remedy: "Get the file again, or train a tokenizer of your own."
    )
  }

  /// `part` is the place in the file: `pre_tokenizer`.
  static func unsupported(_ path: String, _ part: String, _ problem: String) -> TokenizerError {
    TokenizerError(
      kind: .unsupported, message: "\(path): \(part) \(problem)",
      remedy: "Tokenise the text with the program that made the file, and train on the token files.")
  }
}
