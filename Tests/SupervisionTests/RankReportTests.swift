import Testing

@testable import Supervision

@Suite("A rank's report")
struct RankReportTests {
  private let report = RankReport(
    rank: 3, host: "lab2", process: 4711, phase: .exchanging, step: 120, beats: 400, saved: 100, isAskedToEnd: true,
    lastWords: "the disk is full")

  @Test("comes back from its line as it was")
  func roundTrip() {
    #expect(RankReport(line: report.line) == report)
    var plain = report
    (plain.saved, plain.lastWords, plain.isAskedToEnd) = (nil, nil, false)
    #expect(RankReport(line: plain.line) == plain)
  }

  @Test("is a line whose length divides the pieces in which mpirun forwards output, whatever it says")
  func length() {
    var long = report
    long.lastWords = String(repeating: "\u{1}", count: 5000)
    long.host = String(repeating: "h", count: 300)
    for line in [report.line, long.line] {
      #expect(4096 % line.utf8.count == 0)
      #expect(line.hasSuffix("\n"))
      #expect(!line.dropLast().contains("\n"))
    }
    #expect(RankReport(line: long.line)?.lastWords?.count == 60)
  }

  @Test("that was damaged on its way is no report, but is not taken for output either")
  func damaged() {
    let half = String(report.line.prefix(100))
    #expect(RankReport(line: half) == nil)
    #expect(RankReport.isReport(half))
    #expect(RankReport(line: #"{"revoada_rank":{"rank":0}}"#) == nil)
    #expect(!RankReport.isReport("saved    runs/a/checkpoints/step-00000010"))
  }

  @Test("tells the phase, the steps and the beats that the training thread has left")
  func pulse() {
    let pulse = RunPulse()
    #expect(pulse.phase == .starting && pulse.step == 0 && pulse.saved == nil)
    pulse.enter(.computing)
    pulse.finished(step: 7)
    pulse.saved(step: 5)
    let before = pulse.beats
    pulse.beat()
    #expect(pulse.phase == .computing && pulse.step == 7 && pulse.saved == 5 && pulse.beats == before + 1)
  }
}
