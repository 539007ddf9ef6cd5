import Files

/// What differs between the tensors of two checkpoints, bit by bit: parameters first, then the optimizer's state, each
/// sorted by name.
public struct CheckpointComparison: Equatable, Sendable {
  /// How many tensors both have in the same shape.
  public let compared: Int
  public let differences: [Difference]

  public var isEqual: Bool { differences.isEmpty }

  /// A tensor that is not the same in both.
  public struct Difference: Equatable, Sendable {
    public let tensor: String
    public let kind: Kind

    public enum Kind: Equatable, Sendable {
      case onlyInFirst(shape: [Int])
      case onlyInSecond(shape: [Int])
      case shapes(first: [Int], second: [Int])
      case values(ValueDifference)
    }
  }

  /// Throws ``FileSystemError`` where a file cannot be read.
  public init(_ first: LoadedCheckpoint, _ second: LoadedCheckpoint) throws(FileSystemError) {
    var (compared, differences) = (0, [Difference]())
    for table in [\CheckpointManifest.parameters, \.optimizerState] {
      for pair in TensorPair.all(of: first.manifest[keyPath: table], second.manifest[keyPath: table]) {
        if pair.haveOneShape { compared += 1 }
        guard let kind = try pair.difference(first, second) else { continue }
        differences.append(Difference(tensor: pair.name, kind: kind))
      }
    }
    (self.compared, self.differences) = (compared, differences)
  }
}

/// How the values of two tensors of one shape differ.
public struct ValueDifference: Equatable, Sendable {
  /// How many values have other bits, of `total`. So 0 and -0 differ, and a NaN does not from the same NaN.
  public let count: Int
  public let total: Int
  /// The largest |a - b|; infinite where one of two different values is not a number.
  public let largest: Double
  /// Where the first value is that differs, row-major: an index for each dimension.
  public let index: [Int]
  public let first: Float
  public let second: Float

  /// `nil` where all are the same bits.
  init?(_ a: [Float], _ b: [Float], shape: [Int]) {
    precondition(a.count == b.count, "\(a.count) values are compared with \(b.count)")
    let places = a.indices.filter { a[$0].bitPattern != b[$0].bitPattern }
    guard let place = places.first else { return nil }
    count = places.count
    total = a.count
    largest = places.reduce(0) { largest, place in
      let distance = (Double(a[place]) - Double(b[place])).magnitude
      return distance.isNaN ? .infinity : max(largest, distance)
    }
    index = Self.index(of: place, in: shape)
    first = a[place]
    second = b[place]
  }

  private static func index(of place: Int, in shape: [Int]) -> [Int] {
    var (rest, index) = (place, [Int]())
    for extent in shape.reversed() {
      index.append(rest % extent)
      rest /= extent
    }
    return index.reversed()
  }
}

/// The tensors of one name in two tables; at least one of them is there.
private struct TensorPair {
  let name: String
  let first: CheckpointManifest.Tensor?
  let second: CheckpointManifest.Tensor?

  /// Every name of either table, sorted.
  static func all(of first: [CheckpointManifest.Tensor], _ second: [CheckpointManifest.Tensor]) -> [TensorPair] {
    let tables = [first, second].map { Dictionary($0.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }) }
    let names = Set(tables[0].keys).union(tables[1].keys).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return names.map { TensorPair(name: $0, first: tables[0][$0], second: tables[1][$0]) }
  }

  var haveOneShape: Bool { first?.shape == second?.shape }

  /// `nil` where they are the same.
  func difference(
    _ a: LoadedCheckpoint, _ b: LoadedCheckpoint
  ) throws(FileSystemError) -> CheckpointComparison.Difference.Kind? {
    switch (first, second) {
    case (let first?, let second?):
      guard haveOneShape else { return .shapes(first: first.shape, second: second.shape) }
      return ValueDifference(try a.values(of: first), try b.values(of: second), shape: first.shape).map { .values($0) }
    case (let first?, nil): return .onlyInFirst(shape: first.shape)
    case (nil, let second?): return .onlyInSecond(shape: second.shape)
    case (nil, nil): return nil
    }
  }
}
