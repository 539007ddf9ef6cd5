/// All samples of one set, in memory: the features of every sample and what a model should say about each.
public struct Dataset: Hashable, Sendable {
  /// What a model is trained to say.
  public enum Targets: Hashable, Sendable {
    /// One class per sample, each in `0..<classCount`.
    case classes([Int32], classCount: Int)
    /// `width` numbers per sample, row-major.
    case values([Float], width: Int)
  }

  /// The shape of one sample: `[30]` for a row of a table, `[28, 28]` for a grey image.
  public let sampleShape: [Int]
  /// `[count] + sampleShape`, row-major.
  public private(set) var features: [Float]
  public let targets: Targets
  /// What each class is called, in the order of the class numbers; empty where the data give numbers only.
  public let classNames: [String]
  /// Where the samples come from, as messages and checkpoints call it.
  public let origin: String

  public init(
    sampleShape: [Int], features: [Float], targets: Targets, classNames: [String] = [], origin: String
  ) {
    let width = sampleShape.reduce(1, *)
    precondition(width > 0, "a sample of shape \(sampleShape) holds no numbers")
    let count: Int
    switch targets {
    case .classes(let classes, let classCount):
      count = classes.count
      precondition(
        classNames.isEmpty || classNames.count == classCount, "\(classNames.count) names for \(classCount) classes")
    case .values(let values, let targetWidth):
      precondition(targetWidth > 0, "a target of width \(targetWidth) holds no numbers")
      count = values.count / targetWidth
      precondition(values.count == count * targetWidth, "\(values.count) target values are no rows of \(targetWidth)")
    }
    precondition(
      features.count == count * width, "\(features.count) features for \(count) samples of shape \(sampleShape)")
    self.sampleShape = sampleShape
    self.features = features
    self.targets = targets
    self.classNames = classNames
    self.origin = origin
  }

  /// The number of samples.
  public var count: Int { features.count / sampleWidth }

  /// The numbers in one sample: the product of `sampleShape`.
  public var sampleWidth: Int { sampleShape.reduce(1, *) }

  /// Replaces every feature by its scaled value, in place.
  public mutating func scale(by scaling: FittedScaling) {
    scaling.apply(to: &features)
  }

  /// A number that tells other data from these: equal for equal features and targets, and for unequal ones almost never.
  public var fingerprint: UInt64 {
    var hash = Fingerprint()
    features.withUnsafeBufferPointer { features in
      for feature in features { hash.mix(feature.bitPattern) }
    }
    switch targets {
    case .classes(let classes, let classCount):
      for label in classes { hash.mix(UInt32(bitPattern: label)) }
      hash.mix(UInt32(classCount))
    case .values(let values, _):
      for value in values { hash.mix(value.bitPattern) }
    }
    return hash.value
  }
}
