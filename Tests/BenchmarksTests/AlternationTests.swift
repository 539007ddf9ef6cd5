import Testing

@testable import Benchmarks

@Suite struct AlternationTests {
  @Test("a block of each workload runs in every round, in order")
  func order() {
    let time = FakeTime()
    let workloads = ["a", "b", "c"].map { time.workload($0) { _ in 0.5 } }
    var rounds: [Int] = []
    let seconds = Alternation(rounds: 3, stopwatch: time.stopwatch).seconds(of: workloads) { round in
      if round == 0 { #expect(time.log.isEmpty) }
      if round == 1 { time.forget() }
      rounds.append(round)
    }
    #expect(time.log == ["a", "b", "c", "a", "b", "c"])
    #expect(rounds == [0, 1, 2, 3])
    #expect(seconds == Array(repeating: [0.5, 0.5, 0.5], count: 3))
  }

  @Test("what a round measures is that round's")
  func figures() {
    let time = FakeTime()
    let steady = time.workload("a") { _ in 1 }
    let slowing = time.workload("b") { call in Double(call) }
    let seconds = Alternation(rounds: 3, stopwatch: time.stopwatch).seconds(of: [steady, slowing])
    #expect(seconds == [[1, 1, 1], [2, 3, 4]])
  }

  @Test("quartiles lie between the values where there is none in the middle")
  func quartiles() {
    #expect(Quartiles(of: [5]) == Quartiles(of: [5, 5, 5]))
    let odd = Quartiles(of: [5, 1, 4, 2, 3])
    #expect([odd.lower, odd.median, odd.upper] == [2, 3, 4])
    let even = Quartiles(of: [4, 1, 3, 2])
    #expect([even.lower, even.median, even.upper] == [1.75, 2.5, 3.25])
  }
}
