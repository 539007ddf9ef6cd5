import Collectives
import Failures
import Files
import Glibc
import TestSupport
import Testing

@testable import Training

@Suite("The lock on a run's folder")
struct RunLockTests {
  let experiment: Experiment
  var path: String { experiment.folder.path + "/a" }

  init() throws { experiment = try Experiment() }

  @Test("keeps a second run out, which names the one that holds it and ends with status 75, and nothing is touched")
  func held() throws {
    try experiment.with("training.steps=4").train("a")
    let before = try experiment.folder.contents("a")
    let lock = try #require(try FileLock(path + "/lock"))
    let outcomes = try experiment.outcomes("a", ranks: 2)
    let error = try #require(outcomes[0].error as? RunInUse)
    #expect(error.exitStatus == .temporary)
    #expect(error.message.hasPrefix("another run works in \(path): process \(getpid()) on "), "\(error.message)")
    #expect(outcomes[1].error as? FailedElsewhere == FailedElsewhere(rank: 0, exitStatus: .temporary))
    #expect(try experiment.folder.contents("a") == before)
    withExtendedLifetime(lock) {}
  }

  @Test("is gone when the run has ended, well or not, and when it could not begin")
  func released() throws {
    try experiment.with("training.steps=4").train("a")
    _ = try experiment.outcomes("a", interruption: (0, 2))
    _ = try experiment.with("model.hidden=[9]").outcomes("a")
    #expect(try FileLock(path + "/lock") != nil)
    try experiment.train("a", ranks: 2)
    try experiment.train("straight")
    #expect(try experiment.bits("a") == experiment.bits("straight"))
  }

  @Test("is held from the first look at the folder until the run is over")
  func whole() throws {
    try experiment.train("a", ranks: 1)
    let watching = LockWatchingFileSystem(lock: path + "/lock", under: path + "/")
    var watched = experiment.with("training.steps=16")
    watched.fileSystem = watching
    try watched.train("a", ranks: 2)
    #expect(watching.looks > 20)
    #expect(watching.unlocked == [])
  }

  @Test("is waited for, and whoever waits is told once")
  func waiting() throws {
    let path = experiment.folder.path + "/lock"
    var held = try FileLock(path)
    #expect(held != nil)
    var pauses = 0
    let lock = try FileLock.waiting(60, for: path) {
      pauses += 1
      if pauses == 3 { held = nil }
    }
    #expect(lock != nil)
    #expect(pauses == 3)
    #expect(try FileLock(path) == nil)
    #expect(try FileLock.holder(of: path, in: LocalFileSystem()).hasPrefix("process \(getpid()) on "))
  }

  @Test("a new run's folder is its owner's alone")
  func privateFolder() throws {
    try experiment.train("a")
    var status = stat()
    for folder in [path, path + "/checkpoints"] {
      #expect(stat(folder, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o700, "\(folder)")
    }
  }
}
