import Files

/// Files of tokens: one, or those of a folder, told apart by their names.
///
/// Of a folder's files that end in `.bin`, those with `val` in their name validate, those with `test` test, the others train, each
/// in the order of their names: so they are called by nanoGPT, llm.c and `revoada data prepare`.
public struct TokenCollection: Sendable {
  public let training: [TokenFile]
  /// Empty where the collection does not bring its own.
  public let validation: [TokenFile]
  public let test: [TokenFile]
  public let origin: String
  /// What `revoada data prepare` wrote beside the files.
  public let index: TokenIndex?

  /// - Throws: where a file is no token file, or none is there to train on.
  public init(path: String) throws(DatasetError) {
    origin = path
    guard FileReader.entry(at: path) == .folder else {
      (training, validation, test, index) = ([try TokenFile(path: path)], [], [], nil)
      return
    }
    let paths = try FileReader.files(in: path).filter { $0.hasSuffix(".bin") }
    func name(_ path: String) -> Substring { path[(path.lastIndex(of: "/") ?? path.startIndex)...] }
    func files(where isWanted: (Substring) -> Bool) throws(DatasetError) -> [TokenFile] {
      var files: [TokenFile] = []
      for path in paths where isWanted(name(path)) { files.append(try TokenFile(path: path)) }
      return files
    }
    validation = try files { $0.contains("val") }
    test = try files { $0.contains("test") && !$0.contains("val") }
    training = try files { !$0.contains("val") && !$0.contains("test") }
    guard !training.isEmpty else {
      throw .missing(
        path, "the folder holds no files of tokens to train on",
        remedy: "Make them with revoada data prepare, or give another folder in data.path.")
    }
    index = try TokenIndex.read(inFolder: path)
    try index?.require(training + validation + test, in: path)
  }

  /// Where the tokenizer of the tokens lies; `nil` where none is beside them.
  public var tokenizerPath: String? { index == nil ? nil : "\(origin)/\(TokenIndex.tokenizer)" }
}
