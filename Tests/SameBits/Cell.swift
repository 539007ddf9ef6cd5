import KernelInterface

/// One way to train the same configuration: everything here may vary, and nothing of it may show in the weights.
struct Cell: Hashable {
  var ranks = 1
  var threads = 1
  var instructionSet = InstructionSet.avx2
  var isSharded = false
  var isOverlapped = false
  var bucket = "4MiB"
  /// On one machine ranks are kept from sharing memory beyond a number that makes so many nodes; in the lab these are
  /// hosts. A resumed cell may go on with ranks that make fewer.
  var nodes = 1
  /// Stopped twice on the way, and resumed with another number of ranks each time.
  var isResumed = false
  var isInLab = false

  /// The most ranks of a node; nodes are filled one after another.
  static func ranksPerNode(_ ranks: Int, nodes: Int) -> Int { (ranks + nodes - 1) / nodes }

  /// Whether `ranks` fill exactly `nodes` nodes, none of them empty: 4 ranks make 2 nodes or 4, but not 3.
  static func fill(_ ranks: Int, nodes: Int) -> Bool {
    let each = ranksPerNode(ranks, nodes: nodes)
    return (ranks + each - 1) / each == nodes
  }

  /// The options of `train` and `launch` that the cell is made of, but for its ranks.
  func settings(ranks: Int) -> [String] {
    var settings = [
      "optimizer.sharded=\(isSharded)", "collective.overlap=\(isOverlapped)", "collective.bucket=\(bucket)",
    ]
    if !isInLab { settings.append("collective.ranks_per_node=\(Self.ranksPerNode(ranks, nodes: nodes))") }
    return settings
  }
}

/// Something that varies from cell to cell, and the values it takes.
struct Factor {
  struct Value {
    let label: String
    let apply: (inout Cell) -> Void
    let isOf: (Cell) -> Bool
  }

  let name: String
  let values: [Value]

  init<Setting: Equatable>(
    _ name: String, _ path: WritableKeyPath<Cell, Setting>, _ settings: [Setting],
    label: (Setting) -> String = { "\($0)" }
  ) {
    self.name = name
    values = settings.map { setting in
      Value(label: label(setting), apply: { $0[keyPath: path] = setting }, isOf: { $0[keyPath: path] == setting })
    }
  }

  func label(of cell: Cell) -> String { values.first { $0.isOf(cell) }?.label ?? "?" }

  private static func yesOrNo(_ name: String, _ path: WritableKeyPath<Cell, Bool>) -> Factor {
    Factor(name, path, [false, true], label: { $0 ? "yes" : "no" })
  }

  /// Those of one machine. The small matrix has fewer ranks and no lab, which has tests of its own.
  static func all(instructionSets: [InstructionSet], isLabAvailable: Bool, isSmall: Bool) -> [Factor] {
    [
      Factor("ranks", \.ranks, isSmall ? [1, 2, 3, 4] : [1, 2, 3, 4, 5, 8]), Factor("threads", \.threads, [1, 2]),
      Factor("isa", \.instructionSet, instructionSets, label: \.rawValue), yesOrNo("sharded", \.isSharded),
      yesOrNo("overlap", \.isOverlapped), Factor("bucket", \.bucket, ["4KiB", "64KiB", "4MiB"]),
      Factor("nodes", \.nodes, [1, 2, 3]), yesOrNo("resumed", \.isResumed),
      Factor("lab", \.isInLab, isLabAvailable && !isSmall ? [false, true] : [false], label: { $0 ? "yes" : "no" }),
    ]
  }
}
