import Testing

@testable import Benchmarks

@Suite struct DialogueTests {
  private func talk(_ lines: [String]) throws -> (answers: [String], ran: [String]) {
    let time = FakeTime()
    let workloads = [
      time.workload("a", work: .operations(6)) { _ in 0.5 }, time.workload("b", work: .bytes(8)) { _ in 0.25 },
    ]
    var rest = lines[...]
    var answers: [String] = []
    defer { #expect(rest.isEmpty || lines.contains("x")) }
    try Dialogue(workloads, stopwatch: time.stopwatch).hold(
      reading: { rest.popFirst() }, writing: { answers.append($0) })
    return (answers, time.log)
  }

  @Test("the first line lists the workloads, with all that another program needs to do the same")
  func offer() throws {
    #expect(
      try talk([]).answers == [
        #"{"workloads":[{"family":"test","name":"a","operations":6,"parameters":{"size":3}},"#
          + #"{"bytes":8,"family":"test","name":"b","parameters":{"size":3}}]}"#
      ])
  }

  @Test("every index is answered with the seconds of a call, and a workload is calibrated once")
  func answers() throws {
    let (answers, ran) = try talk(["1", "0", "1"])
    #expect(answers.dropFirst() == ["0.25", "0.5", "0.25"])
    #expect(ran == ["b", "b", "a", "a", "b"])
  }

  @Test("a line that is no index ends it with an error", arguments: ["2", "-1", "x", ""])
  func wrong(line: String) {
    #expect(throws: DialogueError(line: line, count: 2)) { try talk([line]) }
  }
}
