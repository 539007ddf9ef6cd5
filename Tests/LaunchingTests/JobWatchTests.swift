import Supervision
import Testing

@testable import Launching

@Suite("The watch over a job")
struct JobWatchTests {
  private func report(
    _ rank: Int, _ phase: RunPhase = .computing, step: Int = 10, beats: Int = 1, asked: Bool = false,
    words: String? = nil
  ) -> RankReport {
    RankReport(
      rank: rank, host: "lab\(rank + 1)", process: 100, phase: phase, step: step, beats: beats, isAskedToEnd: asked,
      lastWords: words)
  }

  /// Reports of two ranks every second from `start` to `end`, each look in between; the first trouble.
  private func run(
    _ watch: inout JobWatch, from start: Int, to end: Int, reports: (Int) -> [RankReport]
  ) -> (trouble: JobWatch.Trouble, at: Int)? {
    for second in start...end {
      for report in reports(second) { watch.heard(report, at: Double(second)) }
      if let trouble = watch.look(at: Double(second)) { return (trouble, second) }
    }
    return nil
  }

  @Test("names the rank that falls silent, when it has been silent for as long as is borne, and not before")
  func silence() {
    var watch = JobWatch(ranks: 2, patience: 5)
    let found = run(&watch, from: 1, to: 60) { second in
      [report(0, .exchanging, beats: second)] + (second <= 20 ? [report(1, beats: second)] : [])
    }
    #expect(found?.trouble == .silent([report(1, beats: 20)]))
    #expect(found?.at == 26)
  }

  @Test("names the rank that never reports, after a minute even where less silence is borne, and not for our own sleep")
  func missing() {
    var watch = JobWatch(ranks: 2, patience: 5)
    let found = run(&watch, from: 1, to: 100) { [report(0, .starting, beats: $0)] }
    #expect(found?.trouble == .missing([1]))
    #expect(found?.at == 61)
    var stopped = JobWatch(ranks: 2, patience: 5)
    #expect(run(&stopped, from: 1, to: 30) { [report(0, .starting, beats: $0)] } == nil)
    #expect(run(&stopped, from: 130, to: 158) { [report(0, .starting, beats: $0)] } == nil)
    #expect(run(&stopped, from: 159, to: 170) { [report(0, .starting, beats: $0)] }?.trouble == .missing([1]))
  }

  @Test("names those that the others wait for where all report and nobody gets on")
  func standstill() {
    var watch = JobWatch(ranks: 2, patience: 5)
    let found = run(&watch, from: 1, to: 60) { second in
      [report(0, .exchanging, beats: min(second, 9)), report(1, .computing, beats: min(second, 8))]
    }
    #expect(found?.trouble == .stuck([report(1, .computing, beats: 8)]))
    #expect(found?.at == 15)
  }

  @Test("lets reading the data and building the model take any time")
  func start() {
    var watch = JobWatch(ranks: 1, patience: 5)
    #expect(run(&watch, from: 1, to: 500) { _ in [report(0, .starting, step: 0, beats: 0)] } == nil)
  }

  @Test("bears ten of the longest steps, and a minute at least")
  func patience() {
    var watch = JobWatch(ranks: 1, patience: nil)
    #expect(watch.patience == 60)
    for step in 1...3 { watch.heard(report(0, step: step, beats: step), at: Double(step) * 20) }
    #expect(watch.patience == 200)
  }

  @Test("holds nothing against ranks while the launcher itself was stopped")
  func stoppedLauncher() {
    var watch = JobWatch(ranks: 1, patience: 5)
    #expect(run(&watch, from: 1, to: 10) { [report(0, beats: $0)] } == nil)
    #expect(watch.look(at: 200) == nil)
    #expect(watch.look(at: 201) == nil)
    #expect(watch.unheard(for: 3, at: 201).isEmpty)
    // From then on the same rules hold.
    let found = run(&watch, from: 202, to: 260) { _ in [] }
    #expect(found?.at == 206)
  }

  @Test("blames the rank that gave a reason, else the one that nobody had asked to end")
  func culprits() {
    var watch = JobWatch(ranks: 3, patience: nil)
    for rank in 0..<3 { watch.heard(report(rank), at: 1) }
    #expect(watch.culprits == [])
    watch.heard(report(0, asked: true), at: 2)
    watch.heard(report(2, asked: true), at: 2)
    #expect(watch.culprits == [report(1)])
    watch.heard(report(2, asked: true, words: "the disk is full"), at: 3)
    #expect(watch.culprits.map(\.rank) == [2])
  }

  @Test("takes no report of a rank that the job does not have")
  func strangers() {
    var watch = JobWatch(ranks: 2, patience: nil)
    watch.heard(report(2), at: 1)
    watch.heard(report(-1), at: 1)
    #expect(watch.reports.isEmpty && watch.step == nil)
  }
}

@Suite("A job's standard output")
struct JobLinesTests {
  @Test("is taken apart into reports and what is for the user, wherever it is cut")
  func pieces() {
    let report = RankReport(rank: 1, host: "a", process: 1, phase: .computing, step: 3, beats: 4)
    let text = "first\n" + report.line + "second\n\(report.line.prefix(80))\nthird"
    for size in [1, 7, 100, 10_000] {
      var lines = JobLines()
      var reports: [RankReport] = []
      var output: [UInt8] = []
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        let (new, rest) = lines.take(bytes[start..<min(start + size, bytes.count)])
        reports += new
        output += rest
      }
      output += lines.drain()
      #expect(reports == [report])
      #expect(String(decoding: output, as: UTF8.self) == "first\nsecond\nthird")
    }
  }

  @Test("without line ends is handed on before it fills the memory")
  func endless() {
    var lines = JobLines()
    let (_, output) = lines.take([UInt8](repeating: UInt8(ascii: "x"), count: 100_000))
    #expect(output.count == 100_000)
  }
}
