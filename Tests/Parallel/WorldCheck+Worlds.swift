import GroupChecks
import MPICollectives
import MessagePassing

extension WorldCheck {
  static let worlds = [
    WorldCheck("ranks are numbered from 0 and know each other's number") { world in
      let ranks = try world.allGather([UInt8(world.rank), UInt8(world.size)])
      try expect(ranks, is: (0..<world.size).map { [UInt8($0), UInt8(world.size)] })
    },
    WorldCheck("MPI is not started a second time") { _ in
      let error = try expectError(WorldError.self) { try World.run { $0.rank } }
      try expect(error, is: .startedTwice)
    },
    WorldCheck("ranks of one machine give it one name") { world in
      let name = try World.nodeName()
      try expect(!name.isEmpty, "the machine has a name")
      let names = try world.allGather(Array(name.utf8))
      try expect(names, is: Array(repeating: Array(name.utf8), count: world.size))
    },
    WorldCheck("a split into uneven groups gives each its own ranks and sums") { world in
      let isAlone = world.rank == 0
      let group = try world.split(color: isAlone ? 0 : 1)
      try expect(group.size, is: isAlone ? 1 : world.size - 1, "size")
      try expect(group.rank, is: isAlone ? 0 : world.rank - 1, "rank")
      var sum = [Double(world.rank)]
      try group.allReduceSum(&sum)
      try expect(sum, is: [isAlone ? 0 : Double(world.sumOfRanks)], "sum")
      try group.free()
    },
    WorldCheck("a split orders its ranks by key") { world in
      let group = try world.split(color: 3, key: -world.rank)
      try expect(group.size, is: world.size, "size")
      try expect(group.rank, is: world.size - 1 - world.rank, "rank")
      try group.free()
    },
    WorldCheck("ranks of one machine are one node") { world in
      let node = try world.splitByNode()
      try expect([node.rank, node.size], is: [world.rank, world.size])
      try node.free()
    },
    WorldCheck("a freed communicator answers with an error") { world in
      let group = try world.split(color: 0)
      try group.free()
      let error = try expectError(MPIError.self) { try group.barrier() }
      try expect(error.kind, is: .invalidArgument)
      try expect(error.operation, is: "MPI_Barrier")
    },
  ]
}
