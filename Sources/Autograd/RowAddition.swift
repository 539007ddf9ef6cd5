import TensorCore

extension Variable {
  /// Y[..., c] = X[..., c] + row[c]: X [..., columns], row [columns] -> Y [..., columns].
  ///
  ///     dX = dY        drow = sum of dY over the rows
  public func addingRow(_ row: Variable) -> Variable {
    tape.record(value.addingRow(row.value), from: [self, row]) { dy, gradients in
      gradients.write(to: row) { $0.writeColumnSums(dy) }
      gradients.pass(dy, to: self)
    }
  }
}
