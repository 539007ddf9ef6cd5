/// Which ranks run on which node. The ranks of a node see each other's memory; those of different nodes send messages.
///
/// A node may also be less than a machine: one socket of it, or a single rank where there is too little shared memory.
public struct Topology: Hashable, Sendable {
  /// The ranks of each node, ascending; the nodes in the order of their first ranks.
  public let nodes: [[Int]]
  /// All ranks, node by node. Lanes are given out in this order, so that a node's lanes are contiguous however the ranks
  /// were numbered.
  public let ranks: [Int]
  private let nodeOfRank: [Int]
  private let placeOfRank: [Int]

  /// - Parameter nodes: together they hold every rank from 0 on once.
  public init(nodes: [[Int]]) {
    let nodes = nodes.map { $0.sorted() }.sorted { $0[0] < $1[0] }
    self.nodes = nodes
    ranks = nodes.flatMap { $0 }
    precondition(ranks.sorted() == Array(0..<ranks.count), "nodes \(nodes) do not hold every rank once")
    var nodeOfRank = [Int](repeating: 0, count: ranks.count)
    var placeOfRank = nodeOfRank
    for (node, members) in nodes.enumerated() { for rank in members { nodeOfRank[rank] = node } }
    for (place, rank) in ranks.enumerated() { placeOfRank[rank] = place }
    self.nodeOfRank = nodeOfRank
    self.placeOfRank = placeOfRank
  }

  /// - Parameter names: of the node that each rank runs on, in rank order.
  public init(nodeNames names: [String]) {
    let groups = Dictionary(grouping: names.indices) { names[$0] }
    self.init(nodes: Array(groups.values))
  }

  public func node(of rank: Int) -> Int { nodeOfRank[rank] }

  /// The ranks that share memory with `rank`, itself included.
  public func neighbours(of rank: Int) -> [Int] { nodes[nodeOfRank[rank]] }

  /// The place of `rank` among its neighbours.
  public func localRank(of rank: Int) -> Int {
    let neighbours = neighbours(of: rank)
    return neighbours.firstIndex(of: rank) ?? neighbours.count
  }

  /// The place of `rank` in `ranks`.
  public func place(of rank: Int) -> Int { placeOfRank[rank] }

  /// The same ranks with every node cut into nodes of at most `limit` ranks; the nodes that `isCut` rejects stay.
  public func cut(atMost limit: Int, where isCut: (Int) -> Bool = { _ in true }) -> Topology {
    precondition(limit >= 1, "a node has at least one rank, not \(limit)")
    return Topology(
      nodes: nodes.enumerated().flatMap { node, members in
        isCut(node)
          ? stride(from: 0, to: members.count, by: limit).map {
            Array(members[$0..<min($0 + limit, members.count)])
          } : [members]
      })
  }
}
