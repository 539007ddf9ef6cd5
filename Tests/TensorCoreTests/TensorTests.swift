import TensorCore
import Testing

@Suite("Tensors")
struct TensorTests {
  private let backend = Backend(threads: 1)

  @Test("values come back as they were given, under every shape of as many elements")
  func reshaping() {
    let x = Tensor([1, 2, 3, 4, 5, 6], [2, 3], on: backend)
    #expect(x.values == [1, 2, 3, 4, 5, 6])
    #expect(x.reshaped(to: [3, 2]).values == x.values)
    #expect(x.reshaped(to: [1, 2, 3]).flattenedRows().shape == [1, 6])
    #expect(Tensor([], [0, 2, 2], on: backend).flattenedRows().shape == [0, 0])
    #expect(x.reshaped(to: [3, 2]).withValues(\.baseAddress) == x.withValues(\.baseAddress), "nothing is copied")
  }

  @Test("no operation changes its operands")
  func operandsStay() {
    let (a, b) = (Tensor([1, 2], [2], on: backend), Tensor([10, 20], [2], on: backend))
    #expect((a + b).values == [11, 22])
    #expect((a - b).values == [-9, -18])
    #expect((a * b).values == [10, 40])
    #expect((3 * a).values == [3, 6])
    #expect(a.values == [1, 2])
    #expect(b.values == [10, 20])
  }

  @Test("a matrix product in each orientation, with and without bias")
  func matrixProduct() {
    let a = Tensor([1, 2, 3, 4, 5, 6], [2, 3], on: backend)
    let b = Tensor([1, 0, 0, 1, 1, -1], [3, 2], on: backend)
    let aTransposed = Tensor([1, 4, 2, 5, 3, 6], [3, 2], on: backend)
    let bTransposed = Tensor([1, 0, 1, 0, 1, -1], [2, 3], on: backend)
    let product: [Float] = [4, -1, 10, -1]
    #expect(Tensor.matrixProduct(a, b).values == product)
    #expect(Tensor.matrixProduct(aTransposed, b, transposingA: true).values == product)
    #expect(Tensor.matrixProduct(a, bTransposed, transposingB: true).values == product)
    #expect(
      Tensor.matrixProduct(aTransposed, bTransposed, transposingA: true, transposingB: true).values == product)
    let bias = Tensor([100, 200], [2], on: backend)
    #expect(Tensor.matrixProduct(a, b, bias: bias).values == [104, 199, 110, 199])
    let sum = Tensor([1, 1, 1, 1], [2, 2], on: backend)
    sum.accumulatingDestination.writeMatrixProduct(a, b)
    #expect(sum.values == [5, 0, 11, 0])
  }

  @Test("reductions of rows, columns and everything")
  func reductions() {
    let x = Tensor([1, 5, 5, -2, -8, -3], [2, 3], on: backend)
    #expect(x.sum() == -2)
    #expect(x.sumOfSquares() == 128)
    #expect(x.argmaxRows() == [1, 0], "the first of equals")
    let sums = Tensor([3], on: backend) { $0.writeColumnSums(x) }
    #expect(sums.values == [-1, -3, 2])
    #expect(x.addingRow(sums).values == [0, 2, 7, -3, -11, -1])
    #expect(Tensor([], [0], on: backend).sum() == 0)
  }

  @Test("a long sum keeps its digits: partial sums of 4,096 values are added, not single values")
  func longSum() {
    let count = 1 << 22
    let x = Tensor(filledWith: 0.1, [count], on: backend)
    let exact = Double(Float(0.1)) * Double(count)
    #expect(abs(Double(x.sum()) - exact) < 1e-5 * exact, "one chain of additions would be off by 3e-2")
    #expect(abs(x.sumOfSquares() - exact * Double(Float(0.1))) < 1e-9 * exact)
  }

  @Test("shapes that do not fit end the program with both shapes in the message")
  func mismatch() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let backend = Backend(threads: 1)
      let a = Tensor(filledWith: 1, [2, 3], on: backend)
      _ = Tensor.matrixProduct(a, a)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("[2, 3] x [2, 3]"))
  }
}
