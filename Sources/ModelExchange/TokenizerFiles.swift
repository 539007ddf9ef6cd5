import Checkpoints
import Files
import Inference
import Tokenizers

/// The files that make a tokenizer, in a Hugging Face folder or in a run's folder `tokenizer`. They are copied as they are.
public enum TokenizerFiles {
  /// The one that says all; the others are older forms of it, and what a library wants to know besides.
  public static let main = "tokenizer.json"

  private static let names: Set = [
    main, "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
    "vocab.txt",
    "encoder.json", "vocab.bpe", "tokenizer.model", "spiece.model", "tokenizer.bin", "chat_template.jinja",
  ]

  /// Those that a folder has, sorted; none where it is not there.
  public static func list(in folder: String, fileSystem: any FileSystem = LocalFileSystem()) throws -> [String] {
    guard try fileSystem.exists(folder) else { return [] }
    return try fileSystem.list(folder).filter(names.contains)
  }
}

extension TokenizerFiles {
  /// Copies what makes the tokenizer at `path`, a file or a folder, into a folder that is made where it is missing.
  public static func copy(
    from path: String, to folder: String, fileSystem: any FileSystem = LocalFileSystem()
  ) throws {
    try fileSystem.createDirectoryAndParents(folder)
    let source = parentDirectory(of: path)
    let name = String(path.dropFirst(source == "." ? 0 : source.count + 1))
    // A file of a pair needs the other; one alone may have any name.
    if ["encoder.json", "vocab.bpe", "vocab.json", "merges.txt"].contains(name) {
      return try copy(from: source, to: folder, fileSystem: fileSystem)
    }
    for (suffix, target) in [(".json", main), (".bin", "tokenizer.bin")] where path.hasSuffix(suffix) {
      return try fileSystem.copyFile(path, to: "\(folder)/\(target)")
    }
    for name in try list(in: path, fileSystem: fileSystem) {
      try fileSystem.copyFile("\(path)/\(name)", to: "\(folder)/\(name)")
    }
  }
}

/// The tokenizer of the run that a checkpoint belongs to.
struct RunTokenizerFiles {
  let folder: String
  let names: [String]
  /// How it ends a text, where it knows.
  let specialTokens: SpecialTokens

  init(of checkpoint: LoadedCheckpoint, fileSystem: any FileSystem) throws {
    // checkpoints/step-... lies in the run's folder.
    folder = RunTokenizer.folder(ofRun: parentDirectory(of: parentDirectory(of: checkpoint.path)))
    names = try TokenizerFiles.list(in: folder, fileSystem: fileSystem)
    let tokenizer = names.isEmpty ? nil : try TokenizerFile.read(path: folder, fileSystem: fileSystem)
    specialTokens = tokenizer?.endOfText.map { SpecialTokens(endOfText: $0) } ?? SpecialTokens()
  }
}
