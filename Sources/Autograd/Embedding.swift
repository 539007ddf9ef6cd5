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

extension Variable {
  /// The sum of the rows x[i, ...] with ids[i] = r for each r in 0 ..< count, i ascending: [ids.count, ...] -> [count, ...].
  ///
  ///     dx[i, ...] = dy[ids[i], ...]
  public func scatteredRows(to ids: [Int32], count: Int) -> Variable {
    precondition(shape.rank >= 1 && shape[0] == ids.count, "\(shape) for \(ids.count) rows")
    let x = value
    let y = Tensor(Shape([count] + shape.dimensions.dropFirst()), on: x.backend) {
      $0.writeScatteredRows(x, at: ids)
    }
    return tape.record(y, from: [self]) { dy, gradients in
      gradients.pass(dy.rows(at: ids), to: self)
    }
  }
}
