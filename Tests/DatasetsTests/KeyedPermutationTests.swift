import Datasets
import KernelInterface
import Testing

@Suite("Keyed permutation")
struct KeyedPermutationTests {
  @Test("every size from 0 to 300 is a bijection")
  func smallSizes() {
    for count in 0...300 {
      let permutation = KeyedPermutation(count: count, key: RandomKey(seed: UInt64(count) * 7))
      #expect((0..<count).map { permutation[$0] }.sorted() == Array(0..<count))
    }
  }

  @Test("large sizes are bijections", arguments: [4096, 4097, 60_000, 65_535, 1_000_003])
  func largeSizes(count: Int) {
    let permutation = KeyedPermutation(count: count, key: RandomKey(seed: 3))
    var isTaken = [Bool](repeating: false, count: count)
    for position in 0..<count { isTaken[permutation[position]] = true }
    #expect(isTaken.allSatisfy { $0 })
  }

  @Test("a trillion elements need no list")
  func hugeSize() {
    let permutation = KeyedPermutation(count: 1_000_000_000_000, key: RandomKey(seed: 3))
    let elements = Set((0..<1000).map { permutation[$0 * 1_000_000_000 - $0 / 2] })
    #expect(elements.count == 1000)
    #expect(elements.allSatisfy { $0 >= 0 && $0 < permutation.count })
    #expect(elements.contains { $0 > permutation.count / 2 } && elements.contains { $0 < permutation.count / 2 })
  }

  @Test("the shuffle of a key never changes")
  func golden() {
    let permutation = KeyedPermutation(count: 1000, key: RandomKey(seed: 42))
    #expect((0..<8).map { permutation[$0] } == [840, 402, 329, 877, 886, 45, 701, 267])
  }

  @Test("other keys give other shuffles, and each element comes to each place equally often")
  func uniformity() {
    // 6 places x 6 elements over 6,000 keys: each pair 1,000 times, with a standard deviation of 29.
    let (count, keys) = (6, 6000)
    var frequencies = [Int](repeating: 0, count: count * count)
    for seed in 0..<keys {
      let permutation = KeyedPermutation(count: count, key: RandomKey(seed: UInt64(seed)))
      for position in 0..<count { frequencies[position * count + permutation[position]] += 1 }
    }
    #expect(frequencies.allSatisfy { abs($0 - keys / count) < 150 }, "\(frequencies)")
  }

  @Test("neighbours are torn apart")
  func neighbours() {
    let count = 10_000
    let permutation = KeyedPermutation(count: count, key: RandomKey(seed: 5))
    let elements = (0..<count).map { permutation[$0] }
    // The mean distance of two random elements is a third of the range.
    let distances = zip(elements, elements.dropFirst()).map { abs($0 - $1) }
    let mean = Double(distances.reduce(0, +)) / Double(count - 1)
    #expect(abs(mean / Double(count) - 1.0 / 3) < 0.02)
    #expect(elements.enumerated().count { $0.offset == $0.element } < 10)
  }
}
