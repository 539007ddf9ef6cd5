import Datasets
import Failures
import TestSupport
import Testing

@Suite("IDX")
struct IDXTests {
  let folder: TemporaryFolder
  static let pixels: [UInt8] = [0, 128, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9]
  static let images = idx(0x08, [3, 2, 2], pixels)
  static let labels = idx(0x08, [3], [2, 0, 1])

  init() throws { folder = try TemporaryFolder() }

  private func load() throws -> LoadedData { try DataSource.idx(directory: folder.path).load() }

  private func write(_ files: (String, [UInt8])...) throws {
    for (name, bytes) in files { _ = try folder.write(bytes, to: name) }
  }

  private func failure() throws -> DatasetError {
    try #require(throws: DatasetError.self) { try load() }
  }

  @Test(
    "images and labels are read, whatever the spelling of their names and whether gzipped",
    arguments: [
      ("-", "", false), (".", "", false), ("-", ".gz", true), (".", ".gz", true), ("-", ".gz", false), ("-", "", true),
    ])
  func names(separator: String, suffix: String, isGzipped: Bool) throws {
    func content(_ bytes: [UInt8]) -> [UInt8] { isGzipped ? gzipped(bytes) : bytes }
    try write(
      ("train-images\(separator)idx3-ubyte\(suffix)", content(Self.images)),
      ("train-labels\(separator)idx1-ubyte\(suffix)", content(Self.labels)))
    let loaded = try load()
    #expect(loaded.pool.sampleShape == [2, 2])
    #expect(loaded.pool.features == Self.pixels.map(Float.init))
    #expect(loaded.pool.targets == .classes([2, 0, 1], classCount: 3))
    #expect(loaded.pool.origin == folder.path)
    #expect(loaded.test == nil)
  }

  @Test("the test set comes along, with the classes of the training set")
  func testSet() throws {
    try write(
      ("train-images-idx3-ubyte", Self.images), ("train-labels-idx1-ubyte", Self.labels),
      ("t10k-images-idx3-ubyte", idx(0x08, [1, 2, 2], [4, 3, 2, 1])), ("t10k-labels-idx1-ubyte", idx(0x08, [1], [1])))
    let test = try #require(try load().test)
    #expect(test.features == [4, 3, 2, 1])
    #expect(test.targets == .classes([1], classCount: 3))
  }

  @Test(
    "every element type is read, big-endian",
    arguments: [
      (UInt8(0x08), [0, 255], [0, 255]),
      (0x09, [0x80, 0x7f], [-128, 127]),
      (0x0B, bigEndian(Int16(-300)) + bigEndian(Int16(7)), [-300, 7]),
      (0x0C, bigEndian(Int32(-70_000)) + bigEndian(Int32(9)), [-70_000, 9]),
      (0x0D, bigEndian(Float(-1.5).bitPattern) + bigEndian(Float(0.1).bitPattern), [-1.5, 0.1]),
      (0x0E, bigEndian(Double(0.1).bitPattern) + bigEndian(Double(-3).bitPattern), [0.1, -3]),
    ] as [(UInt8, [UInt8], [Float])])
  func elementTypes(type: UInt8, bytes: [UInt8], values: [Float]) throws {
    try write(
      ("train-images-idx3-ubyte", idx(type, [2, 1], bytes)), ("train-labels-idx1-ubyte", idx(0x08, [2], [0, 1])))
    #expect(try load().pool.features == values)
  }

  @Test("a missing folder, a file in its place, and missing files are named")
  func missing() throws {
    var error = try #require(throws: DatasetError.self) { try DataSource.idx(directory: folder.path + "/no").load() }
    #expect(error.message == "\(folder.path)/no: there is no such folder")
    #expect(error.exitStatus == .missingInput)
    error = try failure()
    #expect(error.message.contains("holds no train-images-idx3-ubyte"))
    try write(("train-images-idx3-ubyte", Self.images))
    error = try failure()
    #expect(error.message.contains("holds no train-labels-idx1-ubyte"))
    try write(("train-labels-idx1-ubyte", Self.labels), ("t10k-images-idx3-ubyte", Self.images))
    error = try failure()
    #expect(error.message.contains("holds no t10k-labels-idx1-ubyte"))
    #expect(error.exitStatus == .missingInput)
    error = try #require(throws: DatasetError.self) {
      try DataSource.idx(directory: folder.path + "/train-images-idx3-ubyte").load()
    }
    #expect(error.message.contains("is not a folder"))
  }

  static let badImages: [(String, [UInt8], String)] = [
    ("empty file", [], "holds 0 bytes, too few"),
    ("wrong magic", [0x89, 0x50, 0x4e, 0x47, 0, 0], "byte 0: 89 50 4e 47 does not begin an IDX file"),
    ("unknown element type", idx(0x0A, [3, 2, 2], pixels), "byte 0: 00 00 0a 03 does not"),
    ("no axes", idx(0x08, [], [1]), "byte 0: 00 00 08 00 does not"),
    ("truncated header", Array(images[..<9]), "is truncated: it holds 9 bytes of a header of 16"),
    ("truncated elements", Array(images.dropLast()), "is truncated: shape [3, 2, 2] needs 12 bytes"),
    ("bytes after the end", images + [0], "has bytes after its end: shape [3, 2, 2] needs 12 bytes"),
    ("overflowing shape", idx(0x0E, [4_294_967_295, 4_294_967_295, 2], []), "larger than any memory"),
    ("no samples", idx(0x08, [0, 2, 2], []), "byte 4: shape [0, 2, 2] holds no samples"),
    ("labels for images", idx(0x08, [3], [0, 1, 2]), "byte 3: shape [3] is a list of numbers"),
    (
      "NaN", idx(0x0D, [2, 1], bigEndian(Float(1).bitPattern) + bigEndian(Float.nan.bitPattern)),
      "byte 16: element 1 is nan"
    ),
    (
      "infinity", idx(0x0E, [2, 1], bigEndian(1e300.bitPattern) + bigEndian(1.0.bitPattern)),
      "byte 12: element 0 is inf"
    ),
  ]

  @Test("bad images are refused with the place", arguments: badImages)
  func refusedImages(what: String, bytes: [UInt8], fragment: String) throws {
    let count = bytes.count > 8 ? Int(bytes[7]) : 3
    try write(
      ("train-images-idx3-ubyte", bytes),
      ("train-labels-idx1-ubyte", idx(0x08, [count], (0..<count).map { UInt8($0 % 2) })))
    let error = try failure()
    #expect(error.message.hasPrefix("\(folder.path)/train-images-idx3-ubyte: "))
    #expect(error.message.contains(fragment), "\(what): \(error.message)")
    #expect(error.exitStatus == .badData && error.remedy != nil)
  }

  static let badLabels: [(String, [UInt8], String)] = [
    ("fewer labels", idx(0x08, [2], [0, 1]), "byte 4: 2 labels for the 3 samples of"),
    ("images for labels", images, "byte 3: shape [3, 2, 2] is not a list of labels"),
    ("negative", idx(0x09, [3], [0, 255, 1]), "byte 9: label -1.0 of sample 1 is negative"),
    (
      "not whole", idx(0x0D, [3], [0, 1, 1.5].flatMap { bigEndian(Float($0).bitPattern) }),
      "byte 16: label 1.5 of sample 2 is not a whole number"
    ),
    ("too large", idx(0x0C, [3], [0, 1, 1 << 20].flatMap { bigEndian(Int32($0)) }), "is out of range: at most 65536"),
    ("one class", idx(0x08, [3], [1, 1, 1]), "every label is 1"),
  ]

  @Test("bad labels are refused with the place", arguments: badLabels)
  func refusedLabels(what: String, bytes: [UInt8], fragment: String) throws {
    try write(("train-images-idx3-ubyte", Self.images), ("train-labels-idx1-ubyte", bytes))
    let error = try failure()
    #expect(error.message.hasPrefix("\(folder.path)/train-labels-idx1-ubyte: "))
    #expect(error.message.contains(fragment), "\(what): \(error.message)")
    #expect(error.exitStatus == .badData && error.remedy != nil)
  }

  @Test("a test set of other samples or unknown classes is refused")
  func badTestSet() throws {
    try write(
      ("train-images-idx3-ubyte", Self.images), ("train-labels-idx1-ubyte", Self.labels),
      ("t10k-images-idx3-ubyte", idx(0x08, [1, 4], [4, 3, 2, 1])), ("t10k-labels-idx1-ubyte", idx(0x08, [1], [3])))
    #expect(try failure().message.contains("samples have shape [4], those to train on [2, 2]"))
    try write(("t10k-images-idx3-ubyte", idx(0x08, [1, 2, 2], [4, 3, 2, 1])))
    #expect(try failure().message.contains("byte 8: label 3.0 of sample 0 is out of range: the classes are 0 to 2"))
  }
}
