import Glibc
import TensorCore
import Testing

/// Sizes go beyond the number of cores on purpose: then the threads take turns.
@Suite("The thread pool")
struct ThreadPoolTests {
  @Test("each part runs once, and all have run when the call returns", arguments: 1...8)
  func eachPartOnce(size: Int) {
    let pool = ThreadPool(size: size)
    let runs = UnsafeMutableBufferPointer<Int>.allocate(capacity: size)
    defer { runs.deallocate() }
    for parts in 0...size {
      runs.update(repeating: 0)
      // Each part writes its own element only.
      pool.run(parts) { part in runs[part] += 1 }
      #expect(Array(runs) == (0..<size).map { $0 < parts ? 1 : 0 })
    }
  }

  @Test("rounds follow each other and see what earlier ones wrote", arguments: [2, 3, 5])
  func manyRounds(size: Int) {
    let pool = ThreadPool(size: size)
    let sums = UnsafeMutableBufferPointer<Int>.allocate(capacity: size)
    defer { sums.deallocate() }
    sums.update(repeating: 0)
    let rounds = 300
    for round in 0..<rounds {
      // Part i reads what part i + 1 wrote in the round before, and writes its own in every second round.
      if round % 2 == 0 {
        pool.run(size) { part in sums[part] += part + round }
      } else {
        pool.run(size - 1) { part in precondition(sums[part + 1] == sums[part] + (round + 1) / 2) }
      }
    }
    #expect(sums[0] == stride(from: 0, to: rounds, by: 2).reduce(0, +))
  }

  @Test("a part runs on the same thread in every round, part 0 on the caller's")
  func sameThreads() {
    let pool = ThreadPool(size: 4)
    let threads = UnsafeMutableBufferPointer<pthread_t>.allocate(capacity: 4)
    defer { threads.deallocate() }
    let rounds = (0..<20).map { _ in
      pool.run(4) { part in threads[part] = pthread_self() }
      return Array(threads)
    }
    #expect(Set(rounds).count == 1)
    #expect(Set(rounds[0]).count == 4)
    #expect(rounds[0][0] == pthread_self())
  }

  @Test("workers that have gone to sleep wake up for the next round and for the end")
  func sleepers() {
    for _ in 0..<20 {
      let pool = ThreadPool(size: 3)
      let runs = UnsafeMutableBufferPointer<Int>.allocate(capacity: 3)
      defer { runs.deallocate() }
      runs.update(repeating: 0)
      // Part 0 computes longer than the others look for work.
      for _ in 0..<3 {
        pool.run(3) { part in
          if part == 0 { for _ in 0..<100 { sched_yield() } }
          runs[part] += 1
        }
      }
      #expect(Array(runs) == [3, 3, 3])
    }
  }
}
