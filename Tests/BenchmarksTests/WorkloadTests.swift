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

  @Test("a convolution's padding keeps the size and its groups are one where they are left out")
  func convolutionShapes() throws {
    let plain = try #require(ConvolutionShape("64x16x32x30:24x5x3/2"))
    #expect([plain.batch, plain.inputs, plain.height, plain.width] == [64, 16, 32, 30])
    #expect([plain.outputs, plain.kernelHeight, plain.kernelWidth, plain.stride] == [24, 5, 3, 2])
    #expect([plain.padding, plain.groups, plain.outputHeight, plain.outputWidth] == [2, 1, 16, 16])
    let full = try #require(ConvolutionShape("8x96x14x14:96x3x3/1p0g96"))
    #expect([full.padding, full.groups, full.outputHeight] == [0, 96, 12])
    for shape in [plain, full] { #expect(ConvolutionShape(shape.description) == shape) }
    #expect(ConvolutionLayer.defaults.allSatisfy { ConvolutionShape($0.shape.description) == $0.shape })
  }

  @Test(
    "what is no convolution is refused",
    arguments: [
      "64x16x32x32", "64x16x32x32:16x3x3", "64x16x32x32:16x3x3/", "64x16x32x32:16x3x3/0", "64x16x32:16x3x3/1",
      "64x16x32x32:16x3/1", "64x16x32x32:16x3x3/1g3", "64x16x32x32:16x3x3/1g0", "64x16x32x32:16x3x3/1g1p1",
      "64x16x32x32:16x3x3/1p", "1x1x2x2:1x5x5/1p1", "64x16x32x32:16x3x3/1:", "4096x4096x4096x1:1x1x1/1",
    ])
  func noConvolutions(text: String) { #expect(ConvolutionShape(text) == nil) }

  @Test("a convolution counts the taps it has, and no gradient of an image")
  func convolutions() throws {
    let backend = Backend()
    let shape = try #require(ConvolutionShape("2x4x5x5:6x3x3/1p0g2"))
    let workloads = ConvolutionWorkloads.all(
      [
        ConvolutionLayer(shape), ConvolutionLayer(shape, in: "small", isFirst: true, hasBias: true),
      ], on: backend)
    // 2 x 6 x 3 x 3 results of 2 x 3 x 3 multiply-adds, three passes or two.
    let forward = Double(2 * 108 * 18)
    #expect(workloads.map(\.work) == [.operations(3 * forward), .operations(2 * forward)])
    #expect(workloads[1].name == "small 2x4x5x5:6x3x3/1p0g2")
    for workload in workloads { workload.run() }
  }

  @Test("attention counts the lower triangle of two products, and 3.5 times that with the backward pass")
  func attention() throws {
    let shape = try #require(AttentionShape("2x3x8x4"))
    let workloads = AttentionWorkloads.all([shape], on: Backend())
    #expect(workloads.map(\.name) == ["forward 2x3x8x4", "forward_backward 2x3x8x4"])
    // 2 x 3 heads, two products of 8 x 8 x 4 multiply-adds each, half of them hidden by the mask.
    let forward = Double(6 * 2 * 2 * 8 * 8 * 4 / 2)
    #expect(workloads.map(\.work) == [.operations(forward), .operations(3.5 * forward)])
    for workload in workloads { workload.run() }
    #expect(AttentionShape("2x3x8x257") == nil)
  }

  @Test("every model makes its steps")
  func train() {
    let workloads = TrainWorkloads.all(on: Backend())
    #expect(workloads.map(\.name).contains("mlp, batch 64"))
    for workload in workloads { workload.run() }
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
