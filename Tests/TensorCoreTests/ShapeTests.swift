import TensorCore
import Testing

@Suite("Shapes")
struct ShapeTests {
  @Test("a shape counts elements, rows and columns")
  func counts() {
    let shape: Shape = [2, 3, 5]
    #expect(shape.count == 30)
    #expect(shape.rows == 6)
    #expect(shape.columns == 5)
    #expect(shape.rank == 3)
    #expect(shape[0] == 2)
    #expect(shape[-1] == 5)
    #expect("\(shape)" == "[2, 3, 5]")
  }

  @Test("a scalar is one row of one column")
  func scalar() {
    #expect(Shape.scalar.count == 1)
    #expect(Shape.scalar.rows == 1)
    #expect(Shape.scalar.columns == 1)
  }

  @Test("a vector is one row; no rows are no elements")
  func vectorAndEmpty() {
    #expect(Shape([7]).rows == 1)
    #expect(Shape([7]).columns == 7)
    #expect(Shape([0, 4]).count == 0)
    #expect(Shape([0, 4]).rows == 0)
  }
}
