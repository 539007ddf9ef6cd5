import GroupChecks
import MessagePassing

extension WorldCheck {
  static let pointToPoint = [
    WorldCheck("a token sent around the ring passes every rank") { world in
      guard world.size > 1 else { return }
      var token: [Int32] = [0]
      if world.rank == 0 { try token.withUnsafeBufferPointer { try world.send($0, to: world.right) } }
      let count = try token.withUnsafeMutableBufferPointer { try world.receive(into: $0, from: world.left) }
      try expect(count, is: 1, "elements received")
      token[0] += 1
      if world.rank > 0 { try token.withUnsafeBufferPointer { try world.send($0, to: world.right) } }
      try expect(token, is: [world.rank == 0 ? Int32(world.size) : Int32(world.rank)])
    },
    WorldCheck("a message shorter than the buffer tells its length and leaves the rest alone") { world in
      let message = Buffer<Float>([1, 2, 3])
      let request = try world.isend(UnsafeBufferPointer(message.elements), owner: message, to: world.right)
      var received = [Float](repeating: -1, count: 5)
      let count = try received.withUnsafeMutableBufferPointer { try world.receive(into: $0, from: world.left) }
      try request.wait()
      try expect(count, is: 3)
      try expect(received, is: [1, 2, 3, -1, -1])
    },
    WorldCheck("a message longer than the buffer is an error that names the call and the rank") { world in
      let message = Buffer<Float>([1, 2, 3, 4, 5])
      let request = try world.isend(UnsafeBufferPointer(message.elements), owner: message, to: world.right)
      var received = [Float](repeating: -1, count: 3)
      let error = try expectError(MPIError.self) {
        try received.withUnsafeMutableBufferPointer { try world.receive(into: $0, from: world.left) }
      }
      try request.wait()
      try expect(error.kind, is: .truncated)
      try expect(error.operation, is: "MPI_Recv")
      try expect(error.rank, is: world.rank)
      try expect(error.message.contains("MPI_Recv failed on rank \(world.rank)"), "the message: \(error.message)")
    },
    WorldCheck("tags tell messages between the same ranks apart") { world in
      let first = Buffer<UInt8>([1])
      let second = Buffer<UInt8>([2])
      let requests = [
        try world.isend(UnsafeBufferPointer(first.elements), owner: first, to: world.right, tag: 1),
        try world.isend(UnsafeBufferPointer(second.elements), owner: second, to: world.right, tag: 2),
      ]
      var received: [UInt8] = [0, 0]
      try received.withUnsafeMutableBufferPointer { received in
        _ = try world.receive(into: .init(rebasing: received[0..<1]), from: world.left, tag: 2)
        _ = try world.receive(into: .init(rebasing: received[1..<2]), from: world.left, tag: 1)
      }
      try requests.forEach { try $0.wait() }
      try expect(received, is: [2, 1])
    },
    WorldCheck("sending to a rank that is not there is an error") { world in
      let error = try expectError(MPIError.self) {
        try [Float(1)].withUnsafeBufferPointer { try world.send($0, to: world.size) }
      }
      try expect(error.kind, is: .invalidArgument)
      try expect(error.operation, is: "MPI_Send")
    },
  ]
}
