import KernelInterface
import Testing

@Suite("Passes over channels: moments, transforms and their gradients") struct ChannelNormalizationTests {
  /// Sizes of planes: single values, small images, around vectors, around the 64 lanes of a row sum, a large image.
  static let sizes = [0, 1, 4, 9, 15, 16, 17, 31, 32, 33, 49, 63, 64, 65, 100, 1024, 1031]
  /// Columns of matrices, of which one more is stored.
  static let columnCounts = [0, 1, 3, 15, 16, 17, 32, 50]

  @Test("moments of planes have the reference's bits", arguments: InstructionSet.available)
  func planeMoments(set: InstructionSet) {
    for size in Self.sizes {
      for planes in [0, 1, 5] {
        let x = Floats(random: 1, count: planes * size, scale: 4)
        expectSameResults(set, counts: [planes, planes], "\(planes) planes of \(size)") { kernels, results in
          kernels.planeMoments(x.pointer, planes: planes, size: size, means: results[0], centredSquares: results[1])
        }
      }
    }
  }

  @Test("moments of columns have the reference's bits", arguments: InstructionSet.available)
  func columnMoments(set: InstructionSet) {
    for columns in Self.columnCounts {
      for rows in [1, 2, 37] {
        let x = Floats(random: 2, count: rows * (columns + 1) - 1, scale: 4)
        expectSameResults(set, counts: [columns, columns], "\(rows) x \(columns)") { kernels, results in
          kernels.columnMoments(
            x.pointer, rows: rows, columns: columns, stride: columns + 1, means: results[0], variances: results[1])
        }
      }
    }
  }

  @Test("moments are close to Float64's far from zero", arguments: InstructionSet.available)
  func accuracy(set: InstructionSet) {
    let x = Floats(randomFloats(3, count: 4096).map { $0 + 500 })
    let values = x.elements.map(Double.init)
    let mean = values.reduce(0, +) / 4096
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4096
    let (means, squares) = (Floats(count: 1), Floats(count: 1))
    set.kernels.planeMoments(x.pointer, planes: 1, size: 4096, means: means.pointer, centredSquares: squares.pointer)
    #expect((Double(means.elements[0]) - mean).magnitude < 1e-4)
    #expect((Double(squares.elements[0]) / 4096 - variance).magnitude < 1e-5)
    set.kernels.columnMoments(
      x.pointer, rows: 4096, columns: 1, stride: 1, means: means.pointer, variances: squares.pointer)
    #expect(means.elements == [Float(mean)])
    #expect(squares.elements == [Float(variance)])
  }

  @Test("transforms have the reference's bits, also in place", arguments: InstructionSet.available)
  func transforms(set: InstructionSet) {
    let coefficients = (4..<7).map { Floats(random: $0, count: 50) }
    for size in Self.sizes {
      for count in [1, 3, 6] {
        let transform = ChannelTransform(
          count: count, mean: coefficients[0].pointer, factor: coefficients[1].pointer, shift: coefficients[2].pointer)
        let x = Floats(random: 7, count: 6 * size)
        expectSameResults(set, counts: [6 * size], "6 planes of \(size)") { kernels, results in
          kernels.transformPlanes(transform, x.pointer, into: results[0], planes: 1..<5, size: size)
          kernels.transformPlanes(transform, results[0], into: results[0], planes: 4..<6, size: size)
        }
      }
    }
    for columns in Self.columnCounts {
      let transform = ChannelTransform(
        count: columns, mean: coefficients[0].pointer, factor: coefficients[1].pointer, shift: coefficients[2].pointer)
      let x = Floats(random: 8, count: 4 * columns)
      expectSameResults(set, counts: [4 * columns], "4 x \(columns)") { kernels, results in
        kernels.transformColumns(transform, x.pointer, into: results[0], rows: 4)
      }
    }
  }

  @Test("sums of gradients have the reference's bits", arguments: InstructionSet.available)
  func gradientSums(set: InstructionSet) {
    let means = Floats(random: 9, count: 50)
    for size in Self.sizes {
      let (x, dy) = (Floats(random: 10, count: 6 * size), Floats(random: 11, count: 6 * size))
      expectSameResults(set, counts: [6, 6], "6 planes of \(size)") { kernels, results in
        kernels.planeGradientSums(
          x: x.pointer, dy: dy.pointer, means: means.pointer, meanCount: 4, planes: 1..<6, size: size, sums: results[0],
          products: results[1])
      }
    }
    for columns in Self.columnCounts {
      let count = 9 * (columns + 1) - 1
      let (x, dy) = (Floats(random: 12, count: count), Floats(random: 13, count: count))
      expectSameResults(set, counts: [columns, columns], "9 x \(columns)") { kernels, results in
        kernels.columnGradientSums(
          x: x.pointer, dy: dy.pointer, means: means.pointer, rows: 9, columns: columns, stride: columns + 1,
          sums: results[0], products: results[1])
      }
    }
  }

  @Test("gradients of transforms have the reference's bits", arguments: InstructionSet.available, [false, true])
  func transformGradients(set: InstructionSet, accumulates: Bool) {
    let coefficients = (14..<18).map { Floats(random: $0, count: 50) }
    func gradient(_ count: Int) -> ChannelGradient {
      ChannelGradient(
        count: count, mean: coefficients[0].pointer, gradientFactor: coefficients[1].pointer,
        inputFactor: coefficients[2].pointer,
        offset: coefficients[3].pointer)
    }
    for size in Self.sizes {
      let (x, dy) = (Floats(random: 18, count: 6 * size), Floats(random: 19, count: 6 * size))
      expectSameResults(set, counts: [6 * size], "6 planes of \(size)") { kernels, results in
        kernels.transformPlanesBackward(
          gradient(4), x: x.pointer, dy: dy.pointer, into: results[0], planes: 1..<6, size: size,
          accumulates: accumulates)
      }
    }
    for columns in Self.columnCounts {
      let (x, dy) = (Floats(random: 20, count: 4 * columns), Floats(random: 21, count: 4 * columns))
      expectSameResults(set, counts: [4 * columns], "4 x \(columns)") { kernels, results in
        kernels.transformColumnsBackward(
          gradient(columns), x: x.pointer, dy: dy.pointer, into: results[0], rows: 4, accumulates: accumulates)
      }
    }
  }

  /// Runs `compute` with the build's kernels and with the reference, on results of `counts` floats, and compares the bits.
  private func expectSameResults(
    _ set: InstructionSet, counts: [Int], _ what: String,
    _ compute: (any Kernels, [UnsafeMutablePointer<Float>]) -> Void
  ) {
    let results = [set.kernels, reference].map { kernels in
      let results = counts.map { Floats(random: 30, count: $0) }
      compute(kernels, results.map(\.pointer))
      return results
    }
    for (actual, expected) in zip(results[0], results[1]) {
      expectSameBits(actual.elements, expected.elements, "\(what)")
      #expect(actual.canariesLive)
    }
  }
}
