import Tables

/// How gradients are summed over ranks: the `collective` section.
public struct CollectiveConfiguration: ConfigurationSection {
  public enum Algorithm: String, ConfigurationChoice {
    /// Along the lanes' tree: the same bits on any number of ranks.
    case canonical
    /// `MPI_Allreduce`, in MPI's own order.
    case mpi
  }

  public enum Precision: String, ConfigurationChoice {
    case float32
    /// Every node's partial sums are rounded before they travel: half the traffic, and bits that depend on the split into
    /// nodes.
    case bf16
  }

  public var algorithm = Algorithm.canonical
  /// Of gradients between nodes; inside a node they never leave Float32.
  public var precision = Precision.float32
  /// Whether buckets go to other nodes while the backward pass goes on; `nil` (auto): where there are other nodes.
  public var overlap: Bool?
  /// What is exchanged at a time between nodes; `nil` (auto) makes it long against the network's latency.
  public var bucket: ByteSize?
  /// The most ranks that share memory; `nil` (auto): all of a machine.
  public var ranksPerNode: Int?

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit("algorithm", &algorithm)
    try fields.visit("precision", &precision)
    try fields.visit("overlap", &overlap, or: "auto", effect: .course)
    try fields.visit("bucket", &bucket, or: "auto", .between(ByteSize(4096), ByteSize(1 << 30)), effect: .course)
    try fields.visit("ranks_per_node", &ranksPerNode, or: "auto", .atLeast(1), effect: .course)
  }
}

extension ByteSize: ConfigurationValue {
  static var expectation: String { "a size such as 64KiB or 4MiB" }

  init?(_ node: YAMLNode) {
    guard let text = node.plainText else { return nil }
    self.init(text: text)
  }

  var yaml: String { description }
}
