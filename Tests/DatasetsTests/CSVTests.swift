import Datasets
import Failures
import TestSupport
import Testing

@Suite("CSV")
struct CSVTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func load(
    _ text: String, label: CSVOptions.LabelColumn = .last, header: CSVOptions.HeaderRow = .automatic,
    task: LearningTask = .classification
  ) throws -> Dataset {
    let path = try folder.write(text, to: "table.csv")
    return try DataSource.csv(CSVOptions(path: path, label: label, header: header, task: task)).load().pool
  }

  @Test("numbers are features, the last column is the class")
  func plain() throws {
    let table = try load("1,2.5,0\n-3,4e2,1\n")
    #expect(table.sampleShape == [2] && table.count == 2)
    #expect(table.features == [1, 2.5, -3, 400])
    #expect(table.targets == .classes([0, 1], classCount: 2))
    #expect(table.classNames.isEmpty)
    #expect(table.origin == "\(folder.path)/table.csv")
  }

  @Test("every way to write a number is read to the last bit")
  func numbers() throws {
    let texts = [
      "0", "-0", "7.", ".5", "+3", "0.1", "123456789012345", "1234567890123456789", "0.30000001192092896", "1e-3",
      "2.5E+2",
      "3.4028234663852886e38", "1e-45", "16777217", "0.000000000000001", "5.9604644775390625e-8",
    ]
    let table = try load(texts.joined(separator: ",") + ",0\n" + texts.joined(separator: ",") + ",1\n")
    let expected = try texts.map { Float(try #require(Double($0))) }
    #expect(table.features.map(\.bitPattern) == (expected + expected).map(\.bitPattern))
  }

  @Test("a header is recognised, blank lines, blanks, CRLF, byte-order mark and a missing last line end are fine")
  func layout() throws {
    let expected = try load("0,0,0\n0,1,1\n")
    for text in [
      "x1,x2,label\n0,0,0\n0,1,1\n", "x1,x2,label\r\n0,0,0\r\n\r\n0,1,1", "\u{FEFF}x1,x2,label\n0,0,0\n0,1,1\n\n  \n",
      "\n x1 ,\tx2, \"the, \"\"label\"\"\"\n0, 0 ,0\n \"0\" ,\"1\",1\n",
    ] {
      #expect(try load(text) == expected)
    }
  }

  @Test("the header can be declared where the names are numbers, and denied")
  func declaredHeader() throws {
    #expect(try load("1,2,3\n0,0,0\n0,1,1\n", header: .yes).count == 2)
    #expect(try load("1,2,3\n0,0,0\n0,1,1\n", header: .automatic).count == 3)
    let error = try #require(throws: DatasetError.self) { try load("a,b,c\n0,0,0\n0,1,1\n", header: .no) }
    #expect(error.message.hasSuffix("table.csv:1: column 1: 'a' is not a number"))
    #expect(error.remedy?.contains("data.header") == true)
  }

  @Test("the label may stand anywhere, by name or by number")
  func labelColumn() throws {
    let text = "kind,x\n1,5\n0,6\n"
    for label in [CSVOptions.LabelColumn.name("kind"), .number(1), .init("kind"), .init("1")] {
      let table = try load(text, label: label)
      #expect(table.features == [5, 6])
      #expect(table.targets == .classes([1, 0], classCount: 2))
    }
    #expect(CSVOptions.LabelColumn("last") == .last)
  }

  @Test("class names become classes in their sorted order")
  func classNames() throws {
    let table = try load("1,pear\n2,apple\n3,pear\n4,\"fig, dried\"\n")
    #expect(table.targets == .classes([2, 0, 2, 1], classCount: 3))
    #expect(table.classNames == ["apple", "fig, dried", "pear"])
  }

  @Test("scikit-learn's first row gives the class names, and is checked against the rows")
  func announcement() throws {
    let table = try load("3,2,yes,no,maybe\n1,2,0\n3,4,1\n5,6,0\n")
    #expect(table.count == 3 && table.features == [1, 2, 3, 4, 5, 6])
    #expect(table.targets == .classes([0, 1, 0], classCount: 3))
    #expect(table.classNames == ["yes", "no", "maybe"])
    var error = try #require(throws: DatasetError.self) { try load("3,2,yes,no\n1,2,0\n3,4,1\n") }
    #expect(error.message.hasSuffix("table.csv:1: the first row announces 3 rows, the file holds 2"))
    error = try #require(throws: DatasetError.self) { try load("2,2,yes,no\n1,2,0\n3,4,2\n") }
    #expect(error.message.hasSuffix("table.csv:3: column 3: label 2 is out of range: the classes are 0 to 1"))
  }

  @Test("regression keeps the label as a number")
  func regression() throws {
    let table = try load("x,y\n1,-2.5\n2,7\n", label: .name("y"), task: .regression)
    #expect(table.targets == .values([-2.5, 7], width: 1))
  }

  @Test("gzip is recognised by content, not by name")
  func gzip() throws {
    let text = "1,0\n2,1\n"
    for (name, bytes) in [
      ("a.csv.gz", gzipped(Array(text.utf8))), ("b.csv", gzipped(Array(text.utf8))), ("c.gz", Array(text.utf8)),
    ] {
      let path = try folder.write(bytes, to: name)
      #expect(try DataSource.csv(CSVOptions(path: path)).load().pool.features == [1, 2])
    }
  }

  static let bad: [(String, String)] = [
    ("", ": holds no rows"),
    ("\n\n", ": holds no rows"),
    ("x,label\n", ": holds no rows of data"),
    ("1\n2\n", ":1: the row has one field"),
    ("1;2;0\n3;4;1\n", ":1: the row has one field"),
    ("1,2,0\n3,4\n", ":2: the row has 2 fields, the others have 3"),
    ("1,2,0\n3,4,5,1\n", ":2: the row has 4 fields, the others have 3"),
    ("1,2,0\n\n\"3\n\",x,1\n", ":3: column 1: '3\n' is not a number"),
    ("1,\"a\nb\"\n2,c\nx,d\n", ":4: column 1: 'x' is not a number"),
    ("1,2,0\n\"3\n,4,1\n", ":2: a quote is opened and never closed"),
    ("1,2,0\n\"3\"4,4,1\n", ":2: text follows a closing quote"),
    ("a,b,label\n1,2,0\n3,4x,1\n", ":3: column 2: '4x' is not a number"),
    ("1,2,0\n0x10,2,1\n", ":2: column 1: '0x10' is not a number"),
    ("1,2,0\n3,,1\n", ":2: column 2: the field is empty"),
    ("1,2,0\nnan,2,1\n", ":2: column 1: 'nan' is not a finite Float"),
    ("1,2,0\n-INF,2,1\n", ":2: column 1: '-INF' is not a finite Float"),
    ("1,2,0\n1,1e39,1\n", ":2: column 2: '1e39' is not a finite Float"),
    ("1,2,0\n1,1e999,1\n", ":2: column 2: '1e999' is not a finite Float"),
    ("1,0\n2,-1\n", ":2: column 2: label -1 is negative"),
    ("1,0\n2,0.5\n", ":2: column 2: label 0.5 is not a whole number"),
    ("1,0\n2,70000\n", ":2: column 2: label 70000 is out of range"),
    ("1,0\n2,one\n", ":2: column 2: 'one' is not a number"),
    ("1,one\n2,\n", ":2: column 2: the label is empty"),
    ("1,1\n2,1\n", ": every sample has label 1"),
    ("1,one\n2,one\n", ": every sample has label one"),
  ]

  @Test("bad content is refused with line and column", arguments: bad)
  func badContent(text: String, fragment: String) throws {
    let error = try #require(throws: DatasetError.self) { try load(text) }
    #expect(error.message.hasPrefix("\(folder.path)/table.csv:"))
    #expect(error.message.contains("table.csv" + fragment), "\(error.message)")
    #expect(error.exitStatus == .badData && error.remedy != nil)
  }

  @Test("a label column that is not there is a mistake of the configuration")
  func missingLabelColumn() throws {
    let text = "width,kind\n1,0\n2,1\n"
    for (label, header, message, remedy) in [
      (
        CSVOptions.LabelColumn.name("kinds"), CSVOptions.HeaderRow.automatic, "no label column 'kinds'",
        "Did you mean 'kind'?"
      ),
      (.name("temperature"), .automatic, "no label column 'temperature'", "The columns are width, kind."),
      (.number(0), .automatic, "no label column 0, the columns are 1 to 2", "data.label"),
      (.number(3), .automatic, "no label column 3, the columns are 1 to 2", "data.label"),
      (.name("kind"), .no, "no label column 'kind', the columns have no names", "data.header"),
    ] {
      let error = try #require(throws: DatasetError.self) { try load(text, label: label, header: header) }
      #expect(error.message.contains(message), "\(error.message)")
      #expect(error.remedy?.contains(remedy) == true)
      #expect(error.exitStatus == .configuration)
    }
  }

  @Test("a missing file, a folder and a device are named, with the reason")
  func missingFile() throws {
    for (path, reason) in [
      ("\(folder.path)/none.csv", "cannot be opened: No such file or directory"),
      (folder.path, "is a folder, not a file"),
      ("/dev/zero", "is not a regular file"),
    ] {
      let error = try #require(throws: DatasetError.self) { try DataSource.csv(CSVOptions(path: path)).load() }
      #expect(error.message == "\(path): \(reason)")
      #expect(error.exitStatus == .missingInput)
    }
  }
}
