import Collectives
import Testing

@Suite("topologies")
struct TopologyTests {
  @Test("ranks with the same node name are neighbours, however they are numbered")
  func names() {
    let topology = Topology(nodeNames: ["b", "a", "b", "a", "c"])
    #expect(topology.nodes == [[0, 2], [1, 3], [4]])
    #expect(topology.ranks == [0, 2, 1, 3, 4])
    #expect(topology.neighbours(of: 3) == [1, 3])
    #expect(topology.localRank(of: 3) == 1)
    #expect(topology.place(of: 1) == 2)
    #expect(topology.node(of: 4) == 2)
  }

  @Test("nodes are cut into smaller ones, all or some")
  func cut() {
    let topology = Topology(nodes: [[0, 1, 2, 3, 4], [5, 6]])
    #expect(topology.cut(atMost: 2).nodes == [[0, 1], [2, 3], [4], [5, 6]])
    #expect(topology.cut(atMost: 1, where: { $0 == 1 }).nodes == [[0, 1, 2, 3, 4], [5], [6]])
    #expect(topology.cut(atMost: 9) == topology)
  }

  @Test("nodes that miss a rank are refused")
  func missing() async {
    await #expect(processExitsWith: .failure) { _ = Topology(nodes: [[0], [2]]) }
  }
}
