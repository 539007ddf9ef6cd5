import Glibc
import TestSupport
import Testing

extension CommandTests {
  @Suite("Two runs in one folder")
  struct RunLockTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private static let endless = ["--steps", "100000000", "--set", "checkpoint.every=1000"]

    @Test("the second names the first and ends with status 75, or waits for its end and goes on from there")
    func second() throws {
      let first = try workplace.startTraining("run", Self.endless)
      try first.waitUntil("training") { _ in workplace.folder.exists("run/checkpoints/step-00001000") }
      let refused = try workplace.startTraining("run", ["--lock-patience", "0"], ranks: 2).wait()
      #expect(refused.exitCode == 75)
      let error = "revoada: error: another run works in \(workplace.path)/run: process \(first.processIdentifier) on "
      #expect(refused.standardError.contains(error), "\(refused.standardError)")
      #expect(refused.standardError.ranges(of: "revoada: error:").count == 1)

      let second = try workplace.startTraining("run", Self.endless + ["--lock-patience", "60"])
      try second.waitUntil("waiting") { $0.standardErrorSoFar.contains("waits for another run in ") }
      first.send(SIGTERM)
      #expect(try first.wait().exitCode == 75)
      try second.waitUntil("going on") { $0.standardErrorSoFar.contains("resumed from ") }
      second.send(SIGTERM)
      #expect(try second.wait().exitCode == 75)
    }
  }
}
