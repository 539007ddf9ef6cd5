/// Where data come from, as a value: nothing is opened before `load()`.
public enum DataSource: Hashable, Sendable {
  /// The 1,797 handwritten digits of 8x8 pixels inside the program: E. Alpaydin and C. Kaynak, "Optical Recognition of
  /// Handwritten Digits", UCI Machine Learning Repository (CC BY 4.0). Values 0 to 16, sample shape `[8, 8]`.
  case digits
  /// A folder of IDX files named as MNIST's are: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and, for a test
  /// set, `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`; `.idx3-ubyte` and a trailing `.gz` are fine too.
  case idx(directory: String)
  /// One table of comma-separated values, plain or gzipped.
  case csv(CSVOptions)

  /// Reads and checks everything.
  public func load() throws(DatasetError) -> LoadedData {
    switch self {
    case .digits:
      return LoadedData(pool: try Self.loadDigits(), test: nil)
    case .idx(let directory):
      return try IDXFolder(path: directory).load()
    case .csv(let options):
      let bytes = try FileReader.contents(of: options.path)
      return LoadedData(pool: try CSVReader(bytes: bytes, options: options).read(), test: nil)
    }
  }

  private static func loadDigits() throws(DatasetError) -> Dataset {
    let name = "digits"
    let bytes = try Gzip.inflate(PackageResources.digits_csv_gz, path: name, limit: FileReader.sizeLimit)
    let table = try CSVReader(bytes: bytes, options: CSVOptions(path: name, header: .no)).read()
    return Dataset(sampleShape: [8, 8], features: table.features, targets: table.targets, origin: name)
  }
}

/// What a source holds: samples to train on, and the test set where the source brings its own.
public struct LoadedData: Hashable, Sendable {
  /// The samples from which training and validation (and, without `test`, the test part) are drawn.
  public let pool: Dataset
  /// The source's own test set: same sample shape and same classes as `pool`.
  public let test: Dataset?
}
