/// A folder with MNIST's four files, or two of them where there is no test set.
struct IDXFolder {
  let path: String

  func load() throws(DatasetError) -> LoadedData {
    switch FileReader.entry(at: path) {
    case .folder: break
    case .nothing:
      throw .missing(path, "there is no such folder", remedy: "Give the folder of the IDX files in data.path.")
    case .file, .other:
      throw .missing(
        path, "is not a folder", remedy: "Give the folder that holds the IDX files in data.path, not one of them.")
    }
    guard let imagesPath = find("train-images", axes: 3) else { throw missing("train-images", axes: 3) }
    guard let labelsPath = find("train-labels", axes: 1) else { throw missing("train-labels", axes: 1) }
    let images = try readImages(imagesPath)
    let labels = try readLabels(labelsPath, imageCount: images.shape[0], imagesPath: imagesPath, classCount: nil)
    guard let classes = ClassLabels.count(labels) else {
      throw .badContent(
        labelsPath, "every label is \(labels[0])", remedy: "Classification needs samples of at least two classes.")
    }
    let pool = Dataset(
      sampleShape: Array(images.shape[1...]), features: try images.floats(),
      targets: .classes(labels, classCount: classes), origin: path)
    return LoadedData(pool: pool, test: try loadTest(like: pool, classCount: classes))
  }

  private func loadTest(like pool: Dataset, classCount: Int) throws(DatasetError) -> Dataset? {
    let (foundImages, foundLabels) = (find("t10k-images", axes: 3), find("t10k-labels", axes: 1))
    if foundImages == nil && foundLabels == nil { return nil }
    guard let foundImages else { throw missing("t10k-images", axes: 3) }
    guard let foundLabels else { throw missing("t10k-labels", axes: 1) }
    let images = try readImages(foundImages)
    let sampleShape = Array(images.shape[1...])
    guard sampleShape == pool.sampleShape else {
      throw .badContent(
        foundImages, byte: 8, "samples have shape \(sampleShape), those to train on \(pool.sampleShape)",
        remedy: "Put files of one data set into the folder.")
    }
    let labels = try readLabels(
      foundLabels, imageCount: images.shape[0], imagesPath: foundImages, classCount: classCount)
    return Dataset(
      sampleShape: sampleShape, features: try images.floats(), targets: .classes(labels, classCount: classCount),
      origin: path + " (test)")
  }

  private func readImages(_ path: String) throws(DatasetError) -> IDXArray {
    let images = try IDXArray(bytes: FileReader.contents(of: path), path: path)
    guard images.shape.count >= 2 else {
      throw .badContent(
        path, byte: 3, "shape \(images.shape) is a list of numbers, not of samples",
        remedy: "Check that images and labels were not swapped.")
    }
    guard !images.shape.contains(0) else {
      throw .badContent(path, byte: 4, "shape \(images.shape) holds no samples", remedy: "Bring data.")
    }
    return images
  }

  private func readLabels(
    _ path: String, imageCount: Int, imagesPath: String, classCount: Int?
  ) throws(DatasetError) -> [Int32] {
    let array = try IDXArray(bytes: FileReader.contents(of: path), path: path)
    guard array.shape.count == 1 else {
      throw .badContent(
        path, byte: 3, "shape \(array.shape) is not a list of labels",
        remedy: "Check that images and labels were not swapped.")
    }
    guard array.shape[0] == imageCount else {
      throw .badContent(
        path, byte: 4, "\(array.shape[0]) labels for the \(imageCount) samples of \(imagesPath)",
        remedy: "Put files of one data set into the folder.")
    }
    var labels: [Int32] = []
    labels.reserveCapacity(imageCount)
    for (index, value) in try array.floats().enumerated() {
      if let problem = ClassLabels.problem(with: Double(value), classCount: classCount) {
        throw .badContent(
          path, byte: 8 + index * array.elementType.size, "label \(value) of sample \(index) \(problem)",
          remedy: ClassLabels.remedy)
      }
      labels.append(Int32(value))
    }
    return labels
  }

  /// The file of that name in any of its usual spellings, uncompressed first.
  private func find(_ stem: String, axes: Int) -> String? {
    let names = ["\(stem)-idx\(axes)-ubyte", "\(stem).idx\(axes)-ubyte"]
    return (names + names.map { $0 + ".gz" }).map { "\(path)/\($0)" }.first { FileReader.entry(at: $0) == .file }
  }

  private func missing(_ stem: String, axes: Int) -> DatasetError {
    .missing(
      path, "the folder holds no \(stem)-idx\(axes)-ubyte, plain or .gz",
      remedy: "Put the file there, or give another folder in data.path.")
  }
}
