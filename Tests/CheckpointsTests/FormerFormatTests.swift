import Checkpoints
import Files
import TestSupport
import Testing

@Suite("A checkpoint of format 1")
struct FormerFormatTests {
  /// Makes of a checkpoint's manifest what the first version wrote: another number, and the digest of the parameters.
  private func makeFormer(_ checkpoint: String, digest: String) throws {
    let path = checkpoint + "/MANIFEST.json"
    let lines = String(decoding: try readBytes(path), as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    let text = (["{"] + lines.dropFirst(2)).joined(separator: "\n")
      .replacing(#""format_version" : 2,"#, with: #""format_version" : 1, "parameters_digest" : "\#(digest)","#)
    try write(Array(text.utf8), to: path)
    let checksum = try fileDigest(of: path, in: LocalFileSystem())
    try write(Array("{\n  \"checksum\" : \"\(checksum)\",\(text.dropFirst())".utf8), to: path)
  }

  @Test("is read, checked against its digest of the parameters, and a run goes on from it in the present format")
  func read() throws {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run, keepLast: 2)
      let old = SampleCheckpoint(step: 1)
      let saved = try old.save(to: store)
      let digest = try store.load(step: 1).parametersDigest()
      try makeFormer(saved.path, digest: digest)
      let loaded = try #require(try store.newestAndSkipped().0)
      #expect(loaded.manifest.formatVersion == 1)
      #expect(loaded.manifest.parametersDigest == digest)
      #expect(try old.isEqual(to: loaded))
      #expect(CheckpointVerification(of: saved.path).firstDamage == nil)
      let next = SampleCheckpoint(step: 2)
      #expect(try next.save(to: store).manifest.formatVersion == 2)
      #expect(try next.isEqual(to: #require(try store.newestAndSkipped().0)))
    }
  }

  @Test("whose digest is another than its parameters' is damaged")
  func wrongDigest() throws {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run)
      let saved = try SampleCheckpoint(step: 1).save(to: store)
      try makeFormer(saved.path, digest: String(repeating: "0", count: 64))
      #expect(CheckpointVerification(of: saved.path).firstDamage == .wrongParametersDigest)
    }
  }
}
