/// Reads the documents of a text from files.
///
/// A file is one document, plain or gzipped. In a file named `.jsonl` (or `.jsonl.gz`) every line is one: a JSON object with the
/// text in one of its fields. A folder's files are read in the order of their names; hidden ones and folders are passed over.
public struct CorpusReader {
  /// A file or a folder.
  let path: String
  /// The field of a line's object that has the text.
  let field: String

  public init(path: String, field: String = "text") {
    self.path = path
    self.field = field
  }

  /// - Throws: where something cannot be read, is not what its name says, or where there is no text in all of it.
  public func read() throws(DatasetError) -> Corpus {
    var corpus = Corpus(origin: path)
    for file in try files() {
      try read(file, into: &corpus)
      guard corpus.bytes.count <= FileReader.sizeLimit else {
        throw .badContent(
          path, "holds more than the \(FileReader.sizeLimit) bytes that fit",
          remedy: "Turn the text into files of tokens: revoada data prepare.")
      }
    }
    guard !corpus.bytes.isEmpty else { throw .badContent(path, "holds no text", remedy: "Bring text.") }
    return corpus
  }

  /// The documents of one of `files()`; none where it is empty.
  func documents(of file: String) throws(DatasetError) -> Corpus {
    var corpus = Corpus(origin: file)
    try read(file, into: &corpus)
    return corpus
  }

  /// The files to read, in order.
  func files() throws(DatasetError) -> [String] {
    guard FileReader.entry(at: path) == .folder else { return [path] }
    let files = try FileReader.files(in: path)
    guard !files.isEmpty else {
      throw .missing(path, "the folder holds no files", remedy: "Give a text, or a folder of texts, in data.path.")
    }
    return files
  }

  private func read(_ file: String, into corpus: inout Corpus) throws(DatasetError) {
    let bytes = try FileReader.contents(of: file)
    guard JSONLines.isName(file) else {
      corpus.append(bytes)
      return
    }
    try JSONLines(bytes: bytes, path: file).forEach { line throws(DatasetError) in
      corpus.append(Array(try line.text(field).utf8))
    }
  }
}
