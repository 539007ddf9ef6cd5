import Checkpoints
import Failures
import Files
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("A save that is interrupted")
struct InterruptedSaveTests {
  /// What lies in the directory before the save.
  enum Before: CaseIterable {
    case nothing
    case olderSteps
    case sameStep
    /// A save of the same step ended between moving the old checkpoint aside and committing the new one.
    case sameStepMovedAside
    /// A save of the same step ended after committing, before it removed the old one.
    case sameStepAndOneMovedAside

    /// Makes it so, and returns the checkpoint that counts as the newest.
    func prepare(_ directory: String) throws -> SampleCheckpoint? {
      let store = CheckpointStore(directory: directory, keepLast: 2, fileSystem: FaultyFileSystem(at: 0))
      let local = LocalFileSystem()
      if self == .nothing { return nil }
      try SampleCheckpoint(step: 1).save(to: store)
      let older = SampleCheckpoint(step: 2)
      try older.save(to: store)
      if self == .olderSteps { return older }
      let same = SampleCheckpoint(step: 3, variant: 0.5)
      try same.save(to: store)
      if self == .sameStep { return same }
      let folder = "\(directory)/step-00000003"
      try local.rename(folder, to: folder + ".replaced")
      if self == .sameStepMovedAside { return same }
      let replacement = SampleCheckpoint(step: 3, variant: 0.25)
      let elsewhere = CheckpointStore(directory: directory + "/elsewhere", fileSystem: FaultyFileSystem(at: 0))
      try replacement.save(to: elsewhere)
      try local.rename("\(directory)/elsewhere/step-00000003", to: folder)
      try local.removeDirectory("\(directory)/elsewhere")
      return replacement
    }
  }

  @Test(
    "leaves the old or the new checkpoint as the newest, whichever operation it is that goes wrong",
    arguments: Before.allCases, FaultyFileSystem.Fault.allCases)
  func everyOperation(before: Before, fault: FaultyFileSystem.Fault) throws {
    let new = SampleCheckpoint(step: 3)
    var operation = 0
    var faultHappened = true
    while faultHappened {
      operation += 1
      try withTemporaryDirectory { run in
        let directory = run + "/checkpoints"
        let old = try before.prepare(directory)
        let faulty = FaultyFileSystem(fault: fault, at: operation)
        var saved = false
        do {
          try new.save(to: CheckpointStore(directory: directory, keepLast: 2, fileSystem: faulty))
          saved = true
        } catch let failure as CheckpointFailure {
          #expect(failure.exitStatus == .cannotWrite)
        }
        faultHappened = faulty.faultHappened
        let store = CheckpointStore(directory: directory, keepLast: 2, fileSystem: FaultyFileSystem(at: 0))
        let (newest, skipped) = try store.newestAndSkipped()
        let isNew = try newest.map { try new.isEqual(to: $0) } ?? false
        let isOld = try newest.map { try old?.isEqual(to: $0) ?? false } ?? (old == nil)
        #expect(saved ? isNew : isNew || isOld, "operation \(operation)")
        #expect(skipped.allSatisfy { $0.damage == .halfWritten }, "operation \(operation): \(skipped)")

        // The next save succeeds, and leaves nothing behind.
        let next = SampleCheckpoint(step: 4)
        let result = try next.save(to: store)
        #expect(result.cleanUpFailure == nil)
        let expected =
          newest == nil
          ? ["step-00000004"]
          : isNew || before != .olderSteps
            ? ["step-00000003", "step-00000004"] : ["step-00000002", "step-00000004"]
        #expect(try LocalFileSystem().list(directory) == expected, "operation \(operation)")
        #expect(try store.newestAndSkipped().1.isEmpty)
      }
    }
    #expect(operation > 25, "the save makes far more operations than were tried")
  }

  @Test("has everything on the disk before the checkpoint gets its name, and its name before it returns")
  func synchronization() throws {
    try withTemporaryDirectory { run in
      let faulty = FaultyFileSystem(at: 0)
      let store = CheckpointStore(directory: run + "/checkpoints", keepLast: 1, fileSystem: faulty)
      for step in 1...2 {
        try SampleCheckpoint(step: step).save(to: store)
        #expect(faulty.state.withLock { $0.renamedUnsynchronized } == [])
        #expect(faulty.state.withLock { $0.givenUpEarly } == [])
        #expect(faulty.state.withLock { $0.unsynchronized } == [])
      }
    }
  }

  @Test("on a full disk says which step and file, what to do, and removes what it had written")
  func fullDisk() throws {
    try withTemporaryDirectory { run in
      let old = SampleCheckpoint(step: 1)
      try old.save(to: CheckpointStore(directory: run))
      let firstWrite = try (1...30).first { operation in
        try writeFails(at: operation, in: run)
      }
      #expect(firstWrite != nil)
      #expect(try LocalFileSystem().list(run) == ["step-00000001"])
      let newest = try CheckpointStore(directory: run).newestAndSkipped().0
      #expect(try newest.map { try old.isEqual(to: $0) } == true)
    }
  }

  /// Whether operation `operation` of a save is a write; if so, checks the error of a full disk.
  private func writeFails(at operation: Int, in run: String) throws -> Bool {
    let faulty = FaultyFileSystem(at: operation, code: ENOSPC)
    do {
      try SampleCheckpoint(step: 2).save(to: CheckpointStore(directory: run, fileSystem: faulty))
      Issue.record("a save that could not write reported no error")
      return true
    } catch let failure as CheckpointFailure {
      guard case .notSaved(2, run, let cause, nil) = failure, cause.call == "write" else { return false }
      #expect(failure.exitStatus == .cannotWrite)
      #expect(failure.message.contains("step 2"))
      #expect(
        failure.message.contains("step-00000002.partial/model-00001-of-00001.safetensors: No space left on device"))
      #expect(failure.remedy?.hasPrefix("Free space") == true)
      return true
    }
  }

  @Test("is reported as half-written when training resumes")
  func halfWritten() throws {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run)
      let old = SampleCheckpoint(step: 1)
      try old.save(to: store)
      try LocalFileSystem().createDirectory(run + "/step-00000002.partial")
      let (newest, skipped) = try store.newestAndSkipped()
      #expect(try newest.map { try old.isEqual(to: $0) } == true)
      #expect(
        skipped.map(\.description) == [
          "skipped checkpoint \(run)/step-00000002.partial: half-written: saving it was interrupted"
        ])
      #expect(try store.steps() == [1])
    }
  }
}
