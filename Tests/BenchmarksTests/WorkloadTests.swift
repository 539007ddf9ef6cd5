import KernelInterface
import TensorCore
import Testing

@testable import Benchmarks

@Suite struct WorkloadTests {
  @Test("shapes are read as they are written")
  func shapes() throws {
    let product = try #require(MatmulShape("256x3072x768"))
    #expect([product.m, product.n, product.k] == [256, 3072, 768])
    #expect(product.description == "256x3072x768")
    let rows = try #require(RowsShape("12x7"))
    #expect([rows.rows, rows.columns] == [12, 7])
  }

  @Test(
    "what is no shape is refused",
    arguments: ["", "1", "1x2", "1x2x", "1x2x0", "1x2x-3", "1x2x3x4", "axbxc", "1 x2x3", "1x2x99999999999999999999"])
  func noShapes(text: String) { #expect(MatmulShape(text) == nil) }

  @Test("a shape beyond the memory is refused")
  func tooLarge() {
    #expect(MatmulShape("65536x65536x1") == nil)
    #expect(MatmulShape("65536x1x65536") == nil)
    #expect(MatmulShape("1x65536x65536") == nil)
    #expect(MatmulShape("16777216x1x16777217") == nil)
    #expect(RowsShape("65536x65536") == nil)
  }

  @Test("matrix products come in all layouts asked for, and count two operations a multiply-add")
  func matmul() throws {
    let backend = Backend()
    let workloads = MatmulWorkloads.all([MatmulShape(3, 5, 7)], layouts: MatmulLayout.allCases, on: backend)
    #expect(workloads.map(\.name) == ["NN 3x5x7", "NT 3x5x7", "TN 3x5x7", "TT 3x5x7"])
    #expect(workloads.map(\.work) == Array(repeating: .operations(210), count: 4))
    #expect(workloads[1].parameters == ["layout": "NT", "m": 3, "n": 5, "k": 7])
    for workload in workloads { workload.run() }
  }

  @Test("the peaks that are measured are those that the work is held against")
  func peaks() {
    let backend = Backend()
    let product = MatmulWorkloads.all([MatmulShape(1, 1, 1)], layouts: [.nn], on: backend)
    let elementwise = ElementwiseWorkloads.all([RowsShape(2, 3)], on: backend)
    #expect(Peaks.needed(by: product, on: backend).map(\.name) == ["multiply-add peak"])
    #expect(Peaks.needed(by: elementwise, on: backend).map(\.name) == ["triad"])
    #expect(Peaks.needed(by: product + elementwise, on: backend).count == 2)
    for workload in elementwise { workload.run() }
  }

  @Test("fork-join is measured where there is more than one thread")
  func forkJoin() {
    #expect(!ElementwiseWorkloads.all([], on: Backend()).contains { $0.name == "fork-join" })
    #expect(ElementwiseWorkloads.all([], on: Backend(threads: 2)).contains { $0.name == "fork-join" })
  }
}
