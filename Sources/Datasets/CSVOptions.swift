/// What a model learns from a table: one of several classes, or a number.
public enum LearningTask: String, CaseIterable, Sendable {
  case classification
  case regression
}

/// How to read one table of comma-separated values.
public struct CSVOptions: Hashable, Sendable {
  /// The column that holds the label; all others are features.
  public enum LabelColumn: Hashable, Sendable {
    case last
    /// By its name in the header row.
    case name(String)
    /// By its number, counting from 1 as messages do.
    case number(Int)

    /// `last`, a number, or a name.
    public init(_ text: String) {
      if text == "last" {
        self = .last
      } else if let number = Int(text) {
        self = .number(number)
      } else {
        self = .name(text)
      }
    }
  }

  /// Whether the first row names the columns.
  public enum HeaderRow: String, CaseIterable, Sendable {
    /// It does when none of its fields is a number. Recognises also the first row of scikit-learn's tables:
    /// the number of rows, the number of features, and the names of the classes.
    case automatic
    case yes
    case no
  }

  public var path: String
  public var label: LabelColumn
  public var header: HeaderRow
  public var task: LearningTask

  public init(
    path: String, label: LabelColumn = .last, header: HeaderRow = .automatic, task: LearningTask = .classification
  ) {
    self.path = path
    self.label = label
    self.header = header
    self.task = task
  }
}
