import Testing

@testable import TensorCore

@Suite("Storage")
struct StoragePoolTests {
  private let backend = Backend(threads: 1)

  private func address(_ tensor: Tensor) -> Int { tensor.withValues { Int(bitPattern: $0.baseAddress) } }

  @Test("every tensor begins at a multiple of 64 bytes", arguments: [1, 15, 16, 17, 64, 65, 1000, 12_345])
  func alignment(count: Int) {
    #expect(address(Tensor(filledWith: 1, [count], on: backend)) % 64 == 0)
  }

  @Test("the memory of a tensor that is gone serves the next one of its size")
  func reuse() {
    let first = address(Tensor(filledWith: 1, [1000], on: backend))
    #expect(address(Tensor(filledWith: 2, [1000], on: backend)) == first)
    #expect(address(Tensor(filledWith: 2, [10, 100], on: backend)) == first)
  }

  @Test("memory in use is not given out again, not while a view of it lives either")
  func inUse() {
    var tensors = (0..<20).map { Tensor(filledWith: Float($0), [300], on: backend) }
    let view = tensors[7].reshaped(to: [3, 100])
    tensors.remove(at: 7)
    tensors += (20..<40).map { Tensor(filledWith: Float($0), [300], on: backend) }
    #expect(Set(tensors.map(address) + [address(view)]).count == 40)
    #expect(view.values == Array(repeating: 7, count: 300))
  }

  @Test("blocks of every size, shorter and longer than a huge page, lie apart")
  func apart() {
    let counts = [1, 100, 1_000, 40_000, 400_000, 524_288, 524_289, 700_000, 1, 300_000, 65]
    // More than one slab of blocks below 2 MiB.
    let tensors = (0..<44).map { Tensor(filledWith: Float($0), [counts[$0 % counts.count]], on: backend) }
    for (index, tensor) in tensors.enumerated() {
      #expect(tensor.withValues { values in values.allSatisfy { $0 == Float(index) } }, "\(tensor.shape)")
    }
  }

  @Test("block sizes hold what is asked, waste at most a quarter, and are few")
  func capacities() {
    let capacities = (1...5000).map { StoragePool.capacity(for: $0) }
    for (count, capacity) in zip(1..., capacities) {
      #expect(capacity >= count && capacity % 16 == 0)
      #expect(count <= 64 || 4 * capacity <= 5 * count + 64)
    }
    #expect(Set(capacities).count <= 4 * 7 + 1)
  }
}
