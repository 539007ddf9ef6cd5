import FoundationEssentials
import Glibc
import Testing

@testable import Launching

@Suite("The folders of a job", .serialized)
struct JobScratchTests {
  private func folders(_ scratch: JobScratch) -> [String] { Set(scratch.settings.map(\.value)).sorted() }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  @Test("are the user's alone, stay while a process of the job lives, and go with the last one")
  func life() throws {
    let launcher = try JobScratch(number: 900_001)
    let paths = folders(launcher)
    #expect(paths.count == 2)
    for path in paths {
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o700)
    }
    let environment = Dictionary(
      uniqueKeysWithValues: launcher.settings.map { ("OMPI_MCA_\($0.name)", $0.value) })
    let rank = try #require(try JobScratch(ofRankIn: environment))
    try Data([1]).write(to: URL(filePath: paths[0] + "/segment"))
    launcher.leave()
    JobScratch.sweep()
    #expect(paths.allSatisfy(exists))
    rank.leave()
    #expect(!paths.contains(where: exists))
  }

  @Test("that nobody holds any more are removed by the next job, with all that is in them")
  func abandoned() throws {
    let killed = try JobScratch(number: 900_002)
    let paths = folders(killed)
    for path in paths {
      try FileManager.default.createDirectory(atPath: path + "/deep/er", withIntermediateDirectories: true)
      try Data([1]).write(to: URL(filePath: path + "/deep/er/file"))
    }
    killed.loseLocks()
    let next = try JobScratch(number: 900_003)
    #expect(!paths.contains(where: exists))
    next.leave()
  }

  @Test("of Open MPI's own choice are none of ours")
  func foreign() throws {
    #expect(try JobScratch(ofRankIn: [:]) == nil)
    #expect(try JobScratch(ofRankIn: ["OMPI_MCA_btl_vader_backing_directory": "/dev/shm"]) == nil)
  }
}
