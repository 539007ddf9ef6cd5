extension CommandTests.BadInputTests {
  /// `clouds.csv` with another text.
  private static func table(_ text: String) -> [String: [UInt8]] { ["clouds.csv": Array(text.utf8)] }

  private static let row = "1,2,3,4,5,0\n"
  private static let numberRemedy = "Give a number there, or remove the row or the column."

  static let tables = [
    Case(
      "a table that is not there", options: ["--set", "data.path=DIR/nowhere.csv"], status: 66,
      "DIR/nowhere.csv: cannot be opened: No such file or directory",
      "Give the path of a readable data file in data.path."),
    Case("an empty table", files: table(""), status: 65, "DIR/clouds.csv: holds no rows", "Bring data."),
    Case(
      "a table of names only", files: table("a,b,c,d,e,label\n"), status: 65, "DIR/clouds.csv: holds no rows of data",
      "Bring data."),
    Case(
      "a row that is too short", files: table(row + row + "1,2,3\n" + row), status: 65,
      "DIR/clouds.csv:3: the row has 3 fields, the others have 6", "Make all rows equally long."),
    Case(
      "text where a number is due", files: table(row + "1,2,three,4,5,1\n"), status: 65,
      "DIR/clouds.csv:2: column 3: 'three' is not a number", numberRemedy),
    Case(
      "an empty field", files: table(row + "1,2,,4,5,1\n"), status: 65,
      "DIR/clouds.csv:2: column 3: the field is empty",
      numberRemedy),
    Case(
      "a NaN", files: table(row + row + "1,nan,3,4,5,1\n"), status: 65,
      "DIR/clouds.csv:3: column 2: 'nan' is not a finite Float", numberRemedy),
    Case(
      "a negative label", files: table(row + "1,2,3,4,5,-1\n"), status: 65,
      "DIR/clouds.csv:2: column 6: label -1 is negative", labelRemedy),
    Case(
      "a label that is no class", files: table(row + "1,2,3,4,5,0.5\n"), status: 65,
      "DIR/clouds.csv:2: column 6: label 0.5 is not a whole number", labelRemedy),
    Case(
      "fewer samples than a batch", options: ["--set", "training.batch=64"], status: 78,
      "the training part holds 63 samples, fewer than one batch of 64",
      "Lower the batch size to at most 63, or bring more data."),
    Case(
      "three classes for a binary task", options: ["--set", "data.task=binary"], status: 65,
      "DIR/clouds.csv: 3 classes, but a binary task has 2",
      "Set data.task to classification, with training.loss cross_entropy."),
    Case(
      "a label column that is not there", options: ["--set", "data.label=9"], status: 78,
      "DIR/clouds.csv: there is no label column 9, the columns are 1 to 6", "Set data.label to one of them, or to last."
    ),
  ]

  private static let labelRemedy =
    "Number the classes 0, 1, 2 and so on; to learn a quantity, set data.task to regression."
}

// MARK: - IDX files

extension CommandTests.BadInputTests {
  private static let imagesFile = "idx/train-images-idx3-ubyte"
  private static let labelsFile = "idx/train-labels-idx1-ubyte"
  private static let fetchAgain = "Check that this is the file you mean, and download it again."

  /// The bytes of an IDX file of bytes.
  private static func idx(_ shape: [UInt8], _ elements: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, 0, $0] } + elements
  }

  /// Twelve images of four points, and their labels; some files may be replaced.
  private static func folder(_ changed: [String: [UInt8]]) -> [String: [UInt8]] {
    let configuration = Workplace.model + "data: {kind: idx, path: idx}\n"
    let sound = [
      imagesFile: idx([12, 2, 2], Array(0..<48)),
      labelsFile: idx([12], Array(repeating: [0, 1], count: 6).flatMap { $0 }),
      "clouds.yaml": Array((configuration + "training: {batch: 4, lanes: 2}\n").utf8),
    ]
    return sound.merging(changed) { $1 }
  }

  static let images = [
    Case(
      "a folder without IDX files", files: ["idx/readme": [], "clouds.yaml": folder([:])["clouds.yaml"]!], status: 66,
      "DIR/idx: the folder holds no train-images-idx3-ubyte, plain or .gz",
      "Put the file there, or give another folder in data.path."),
    Case(
      "a truncated IDX file", files: folder([imagesFile: idx([12, 2, 2], Array(0..<40))]), status: 65,
      "DIR/idx/train-images-idx3-ubyte: is truncated: shape [12, 2, 2] needs 48 bytes after the header, the file holds 40",
      fetchAgain),
    Case(
      "a file that is no IDX file", files: folder([labelsFile: Array("PK\u{3}\u{4}zipped".utf8)]), status: 65,
      "DIR/idx/train-labels-idx1-ubyte: byte 0: 50 4b 03 04 does not begin an IDX file", fetchAgain),
    Case(
      "fewer labels than images", files: folder([labelsFile: idx([4], [0, 1, 0, 1])]), status: 65,
      "DIR/idx/train-labels-idx1-ubyte: byte 4: 4 labels for the 12 samples of DIR/idx/train-images-idx3-ubyte",
      "Put files of one data set into the folder."),
    Case(
      "a test label that is no class of the training set",
      files: folder([
        "idx/t10k-images-idx3-ubyte": idx([3, 2, 2], Array(0..<12)), "idx/t10k-labels-idx1-ubyte": idx([3], [0, 1, 7]),
      ]), status: 65,
      "DIR/idx/t10k-labels-idx1-ubyte: byte 10: label 7.0 of sample 2 is out of range: the classes are 0 to 1",
      labelRemedy),
    Case(
      "no samples at all", files: folder([imagesFile: idx([0, 2, 2], []), labelsFile: idx([0], [])]), status: 65,
      "DIR/idx/train-images-idx3-ubyte: byte 4: shape [0, 2, 2] holds no samples", "Bring data."),
  ]
}
