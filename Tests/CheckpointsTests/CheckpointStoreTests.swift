import Checkpoints
import Failures
import Files
import Testing

@Suite("Checkpoints")
struct CheckpointStoreTests {
  @Test("come back bit for bit, with everything the trainer gave them")
  func roundTrip() throws {
    try withTemporaryDirectory { run in
      let sample = SampleCheckpoint(step: 100)
      let store = CheckpointStore(directory: run + "/a/b")
      let saved = try sample.save(to: store)
      #expect(saved.path == run + "/a/b/step-00000100")
      let loaded = try store.load(step: 100)
      #expect(loaded.manifest == saved.manifest)
      #expect(try sample.isEqual(to: loaded))
      #expect(try sample.isEqual(to: store.load(path: saved.path)))
      try loaded.requireParameters(SampleCheckpoint.signatures)
      #expect(
        try LocalFileSystem().list(saved.path) == [
          "MANIFEST.json", "model-00001-of-00001.safetensors", "optimizer-00001-of-00001.safetensors",
        ])
    }
  }

  @Test("with an optimizer that has no state are complete all the same")
  func noOptimizerState() throws {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run)
      try SampleCheckpoint(step: 1).withCheckpoint { checkpoint in
        var checkpoint = checkpoint
        checkpoint.optimizerState = []
        try store.save(checkpoint)
      }
      try store.load(step: 1).requireOptimizerState([])
    }
  }

  @Test("that are equal are equal files")
  func deterministic() throws {
    try withTemporaryDirectory { run in
      let first = try SampleCheckpoint(step: 1).save(to: CheckpointStore(directory: run + "/a")).path
      let second = try SampleCheckpoint(step: 1).save(to: CheckpointStore(directory: run + "/b")).path
      for name in try LocalFileSystem().list(first) {
        #expect(try readBytes("\(first)/\(name)") == readBytes("\(second)/\(name)"))
      }
    }
  }

  @Test("are found nowhere in a directory that is missing, empty or full of other things")
  func none() throws {
    try withTemporaryDirectory { run in
      #expect(try CheckpointStore(directory: run + "/absent").newestAndSkipped().0 == nil)
      #expect(try CheckpointStore(directory: run).newestAndSkipped().0 == nil)
      for name in ["step-1", "step-00000001.old", "step-00000001.replaced-x", "step--0000001", "x-00000001"] {
        try LocalFileSystem().createDirectory("\(run)/\(name)")
      }
      let (newest, skipped) = try CheckpointStore(directory: run).newestAndSkipped()
      #expect(newest == nil && skipped == [])
      #expect(try CheckpointStore(directory: run).steps() == [])
    }
  }

  @Test("beyond the last K are removed, the oldest first")
  func retention() throws {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run, keepLast: 3)
      var removed: [[Int]] = []
      for step in [5, 10, 15, 20, 100_000_000] {
        removed.append(try SampleCheckpoint(step: step).save(to: store).removedSteps)
      }
      #expect(removed == [[], [], [], [5], [10]])
      #expect(try store.steps() == [15, 20, 100_000_000])
      #expect(try SampleCheckpoint(step: 100_000_000).isEqual(to: #require(store.newestAndSkipped().0)))
      let single = CheckpointStore(directory: run, keepLast: 1)
      #expect(try SampleCheckpoint(step: 100_000_001).save(to: single).removedSteps == [15, 20, 100_000_000])
    }
  }

  @Test("of later steps stay when a run goes on from an earlier one")
  func earlierStep() throws {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run, keepLast: 2)
      for step in [10, 20, 30] { try SampleCheckpoint(step: step).save(to: store) }
      try SampleCheckpoint(step: 15).save(to: store)
      try SampleCheckpoint(step: 16).save(to: store)
      #expect(try store.steps() == [15, 16, 20, 30])
    }
  }

  @Test("of the same step replace the older one")
  func sameStep() throws {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run, keepLast: 2)
      try SampleCheckpoint(step: 1).save(to: store)
      try SampleCheckpoint(step: 2, variant: 1).save(to: store)
      let newer = SampleCheckpoint(step: 2, variant: 2)
      try newer.save(to: store)
      #expect(try newer.isEqual(to: store.load(step: 2)))
      #expect(try LocalFileSystem().list(run) == ["step-00000001", "step-00000002"])
    }
  }

  @Test("that were moved aside are loaded, the last one first")
  func movedAside() throws {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run)
      let samples = [Float(0), 1].map { SampleCheckpoint(step: 7, variant: $0) }
      for (sample, suffix) in zip(samples, [".replaced", ".replaced-1"]) {
        let path = try sample.save(to: CheckpointStore(directory: run + suffix)).path
        try LocalFileSystem().rename(path, to: "\(run)/step-00000007\(suffix)")
        try LocalFileSystem().removeDirectory(run + suffix)
      }
      #expect(try samples[1].isEqual(to: #require(store.newestAndSkipped().0)))
      #expect(try samples[1].isEqual(to: store.load(step: 7)))
      #expect(try store.steps() == [7])
    }
  }

  @Test("can be read even when they are removed meanwhile")
  func removedWhileOpen() throws {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run)
      let old = SampleCheckpoint(step: 1)
      try old.save(to: store)
      let loaded = try store.load(step: 1)
      try SampleCheckpoint(step: 2).save(to: store)
      #expect(try store.steps() == [2])
      #expect(try old.isEqual(to: loaded))
    }
  }

  @Test("are found from a checkpoint's, a store's and a run's folder")
  func locations() throws {
    try withTemporaryDirectory { run in
      let store = CheckpointStore(directory: run + "/checkpoints", keepLast: 2)
      try SampleCheckpoint(step: 1).save(to: store)
      let saved = try SampleCheckpoint(step: 2).save(to: store)
      for path in [run, run + "/", store.directory, saved.path, saved.path + "/"] {
        let loaded = try CheckpointLocation(path: path).load { Issue.record("skipped \($0)") }
        #expect(loaded.path == saved.path)
      }
      #expect(try CheckpointLocation(path: run).verify().map(\.firstDamage) == [nil, nil])
      for path in [run + "/absent", "/dev"] {
        #expect(throws: CheckpointFailure.notFound(path: path)) { try CheckpointLocation(path: path) }
      }
      #expect(CheckpointFailure.notFound(path: run).exitStatus == .missingInput)
    }
  }
}
