import Checkpoints
import Failures
import Files
import FoundationEssentials
import Testing

@Suite("A damaged checkpoint")
struct DamagedCheckpointTests {
  static let files = ["MANIFEST.json", "model-00001-of-00001.safetensors", "optimizer-00001-of-00001.safetensors"]

  /// Saves steps 1 and 2, and calls `body` with the path of `file` in the newer one and its bytes.
  private func withTwoCheckpoints(
    _ file: String, _ body: (_ store: CheckpointStore, _ path: String, _ bytes: [UInt8]) throws -> Void
  ) throws {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run, keepLast: 2)
      try SampleCheckpoint(step: 1).save(to: store)
      let path = try SampleCheckpoint(step: 2).save(to: store).path + "/" + file
      try body(store, path, readBytes(path))
    }
  }

  /// The damage that is reported while the older checkpoint is loaded instead.
  private func fallsBack(_ store: CheckpointStore) throws -> CheckpointDamage {
    let (newest, skipped) = try store.newestAndSkipped()
    #expect(try SampleCheckpoint(step: 1).isEqual(to: #require(newest)))
    #expect(skipped.map(\.path) == [store.directory + "/step-00000002"])
    return try #require(skipped.first).damage
  }

  @Test("is recognised by any flipped bit, and the older one is loaded", arguments: files)
  func flippedBits(file: String) throws {
    try withTwoCheckpoints(file) { store, path, bytes in
      for index in bytes.indices {
        var flipped = bytes
        flipped[index] ^= 1 << UInt8(index % 8)
        try write(flipped, to: path)
        let expected = file == "MANIFEST.json" ? CheckpointDamage.manifestChanged : .wrongChecksum(file: file)
        #expect(try fallsBack(store) == expected, "byte \(index)")
      }
      try write(bytes, to: path)
      #expect(try store.newestAndSkipped().0?.manifest.training.progress.step == 2)
    }
  }

  @Test("is recognised when cut off anywhere, and when something is appended", arguments: files)
  func truncated(file: String) throws {
    try withTwoCheckpoints(file) { store, path, bytes in
      for count in stride(from: 0, to: bytes.count, by: 7) {
        try write(Array(bytes[..<count]), to: path)
        let expected: CheckpointDamage =
          file == "MANIFEST.json" ? .manifestChanged : .wrongSize(file: file, expected: bytes.count, found: count)
        #expect(try fallsBack(store) == expected)
      }
      try write(bytes + [0], to: path)
      _ = try fallsBack(store)
    }
  }

  @Test("is recognised when a file is missing", arguments: files)
  func missingFile(file: String) throws {
    try withTwoCheckpoints(file) { store, path, _ in
      try LocalFileSystem().removeFile(path)
      #expect(try fallsBack(store) == (file == "MANIFEST.json" ? .missingManifest : .missingFile(file)))
    }
  }

  @Test("that is the only one is reported and nothing is loaded")
  func onlyOne() throws {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run)
      let path = try SampleCheckpoint(step: 1).save(to: store).path
      try write([], to: path + "/MANIFEST.json")
      let (newest, skipped) = try store.newestAndSkipped()
      #expect(newest == nil)
      #expect(skipped.map(\.path) == [path] && skipped.map(\.damage) == [.manifestChanged])
      #expect(throws: CheckpointFailure.noneSound(directory: run)) {
        try CheckpointLocation(path: run).load { _ in }
      }
      #expect(throws: CheckpointFailure.damaged(path: path, .manifestChanged)) { try store.load(step: 1) }
      #expect(CheckpointFailure.damaged(path: path, .manifestChanged).exitStatus == .badData)
    }
  }

  @Test("in a version this program does not know is an error, not a reason to fall back")
  func otherVersion() throws {
    try withTwoCheckpoints("MANIFEST.json") { store, path, bytes in
      // The checksum covers "{", a line end, and everything from the second member on. It is plain SHA-256, as the
      // digest of one tensor is.
      let text = String(decoding: bytes, as: UTF8.self)
      let rest = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2).joined(separator: "\n")
      var changed = "{\n" + rest.replacing("\"format_version\" : 2", with: "\"format_version\" : 3")
      while changed.utf8.count % 4 != 0 { changed += "\n" }
      let checksum = Array(changed.utf8).withUnsafeBytes { text in
        let values = text.assumingMemoryBound(to: Float.self)
        return parametersDigest(of: [NamedTensor(name: "text", shape: [values.count], memory: values)])
      }
      try write(Array("{\n  \"checksum\" : \"\(checksum)\",\(changed.dropFirst())".utf8), to: path)
      let folder = store.directory + "/step-00000002"
      #expect(throws: CheckpointFailure.damaged(path: folder, .otherFormatVersion(3))) {
        try store.newest { _ in }
      }
    }
  }

  @Test("shows which of its files are sound")
  func verification() throws {
    try withTwoCheckpoints(Self.files[2]) { store, path, bytes in
      try write(bytes.reversed(), to: path)
      let folder = store.directory + "/step-00000002"
      let checked = CheckpointVerification(of: folder)
      #expect(checked.entries.map(\.file) == Self.files)
      #expect(checked.entries.map(\.damage) == [nil, nil, .wrongChecksum(file: Self.files[2])])
      #expect(checked.firstDamage == .wrongChecksum(file: Self.files[2]))
    }
  }
}
