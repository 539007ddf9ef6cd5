import TensorCore

extension Variable {
  /// Row ids[i] of this table [rows, ...] for each i: an embedding, or the choice of some rows. [ids.count, ...].
  ///
  ///     dtable[id, ...] = sum of dy[i, ...] over all i with ids[i] = id
  ///
  /// - Parameter padding: an id whose row is read, but gets no gradient from here.
  public func rows(at ids: [Int32], padding: Int32? = nil) -> Variable {
    tape.record(value.rows(at: ids), from: [self]) { dy, gradients in
      gradients.write(to: self) { $0.writeScatteredRows(dy, at: ids, padding: padding) }
    }
  }
}
