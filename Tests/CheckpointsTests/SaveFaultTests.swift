import Checkpoints
import Failures
import Files
import Testing

/// Every operation of a save goes wrong in every way: lost, torn, delayed, refused. Whatever happens then, a restart
/// finds a checkpoint that verifies.
@Suite("A save on an unreliable file system")
struct SaveFaultTests {
  private static let writers = 2

  /// Saves as that many processes do, one after another.
  private func save(_ sample: SampleCheckpoint, to store: CheckpointStore) throws {
    try sample.withCheckpoint { checkpoint in
      let shares = CheckpointShares(
        parameters: checkpoint.parameters.map(\.signature),
        optimizerState: checkpoint.optimizerState.map(\.signature), writers: Self.writers,
        stateWriters: Self.writers)
      try store.begin(step: sample.step)
      var files: [CheckpointManifest.File] = []
      do throws(FileSystemError) {
        for share in shares.shares {
          for case (let shard?, let tensors) in [
            (share.model, checkpoint.parameters), (share.optimizer, checkpoint.optimizerState),
          ] {
            let own = shard.tensors.compactMap { wanted in tensors.first { $0.name == wanted.name } }
            files.append(try store.write(own, named: shard.fileName, step: sample.step))
          }
        }
      } catch {
        throw store.notSaved(step: sample.step, error)
      }
      _ = try store.commit(checkpoint.training, shares, files: files)
    }
  }

  private func store(_ directory: String, _ fileSystem: any FileSystem) -> CheckpointStore {
    CheckpointStore(directory: directory, keepLast: 2, fileSystem: fileSystem)
  }

  /// A save of step 3 into a directory that holds steps 1 and 2, and 3 as well where a run has gone back behind it.
  ///
  /// - Returns: the operations of the save.
  @discardableResult
  private func survive(
    _ fault: UnreliableFileSystem.Fault, at place: Int, _ ending: UnreliableFileSystem.Ending, replaces: Bool
  ) throws -> [String] {
    try withTemporaryDirectory { directory in
      let sound = FaultyFileSystem(at: 0)
      var olds = [1, 2].map { SampleCheckpoint(step: $0) }
      if replaces { olds.append(SampleCheckpoint(step: 3, variant: 0.5)) }
      for old in olds { try save(old, to: store(directory, sound)) }
      let new = SampleCheckpoint(step: 3)
      let unreliable = UnreliableFileSystem(fault, at: place, ending)
      var isSaved = false
      do {
        try save(new, to: store(directory, unreliable))
        isSaved = true
      } catch let failure as CheckpointFailure {
        #expect(failure.exitStatus == .cannotWrite)
      }
      unreliable.end()
      let what = "\(fault) at operation \(place), then \(ending)"
      let (newest, _) = try store(directory, sound).newestAndSkipped()
      let found = try #require(newest, "\(what)")
      let isNew = try new.isEqual(to: found)
      let isOld = try olds.contains { try $0.isEqual(to: found) }
      #expect(isNew || isOld, "\(what)")
      if isSaved && ending != .powerFails { #expect(isNew, "\(what)") }
      // The run goes on from there, and saves as if nothing had happened.
      guard ending == .livesOn else { return unreliable.calls }
      let next = SampleCheckpoint(step: 4)
      try save(next, to: store(directory, sound))
      let last = try #require(try store(directory, sound).newestAndSkipped().0)
      #expect(try next.isEqual(to: last), "\(what)")
      return unreliable.calls
    }
  }

  @Test("leaves a checkpoint that verifies, whichever operation goes wrong, how, and what happens then")
  func everyOperation() throws {
    var places = 0
    var survived = 0
    for replaces in [false, true] {
      let calls = try survive(.lost, at: 0, .livesOn, replaces: replaces)
      let counts = Dictionary(calls.map { ($0, 1) }, uniquingKeysWith: +)
      // Three files of tensors and the manifest; the folder, and the directory behind two renames.
      #expect(counts["mkdir"] == 1)
      #expect(counts["open"] == 4)
      #expect(counts["close"] == 4)
      #expect(counts["rename"] == 2 + (replaces ? 1 : 0))
      #expect(counts["fsync"] == 4 + 1 + 2)
      #expect(counts["write"] == 3 * 2 + 1)
      places += calls.count
      for place in 1...calls.count {
        for fault in UnreliableFileSystem.Fault.allCases {
          for ending in UnreliableFileSystem.Ending.allCases {
            let made = try survive(fault, at: place, ending, replaces: replaces)
            #expect(made.count >= place, "\(fault) at operation \(place) never came to be")
          }
          survived += 1
        }
      }
    }
    #expect(survived == places * 5)
    print("\(places) operations of two saves x 5 kinds of faults = \(survived), each with 3 endings: all survived")
  }
}
