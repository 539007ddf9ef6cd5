import FoundationEssentials
import KernelInterface
import TestSupport
import Testing

@testable import same_bits

extension CommandTests {
  /// The matrix of same bits: its small form, and whether it would find a fault.
  @Suite struct SameBitsMatrixTests {
    private func sameBits(_ options: String...) throws -> RunningProcess.Output {
      try RunningProcess(builtExecutable("same-bits"), options).wait(timeout: 300)
    }

    @Test("every model has one digest on ranks, threads and nodes, resumed or not: three cells of the matrix each")
    func small() throws {
      let output = try sameBits("--small")
      #expect(output.exitCode == 0, "\(output.standardError)\(output.standardOutput)")
      #expect(output.standardOutput.hasSuffix("\n12 passed, 0 failed\n"))
    }

    @Test("a cell that trains to other bits is found, with the step and the tensor where it parts")
    func spoiled() throws {
      let output = try sameBits("--small", "--model", "mlp", "--cells", "1", "--spoil", "1")
      #expect(output.exitCode == 1)
      #expect(output.standardError.contains("DIFFERS: "))
      #expect(output.standardError.contains("no equal step before; at step 1 "))
      #expect(output.standardError.contains("layers.0.weight "))
      #expect(output.standardOutput.hasSuffix("\n0 passed, 1 failed\n"))
    }

    @Test("a cell that does not train is a failure, told with its command")
    func broken() throws {
      let output = try sameBits("--small", "--model", "mlp", "--cells", "1", "--program", "/bin/false")
      #expect(output.exitCode != 0)
      #expect(output.standardError.contains("/bin/false train"))
    }

    @Test("JSON has every cell with its values and digest")
    func json() throws {
      let output = try sameBits("--small", "--model", "lstm", "--cells", "1", "--json")
      let document = try JSONDecoder().decode(Document.self, from: Data(output.standardOutput.utf8))
      #expect(document.passed == 1 && document.failed == 0)
      let model = try #require(document.models.first)
      #expect(model.name == "lstm" && model.digest.count == 64)
      #expect(model.cells.map(\.digest) == [model.digest])
      #expect(model.cells[0].settings["threads"] != nil)
    }

    private struct Document: Decodable {
      struct Model: Decodable {
        let name: String
        let digest: String
        let cells: [Cell]
      }
      struct Cell: Decodable {
        let settings: [String: String]
        let digest: String
      }
      let passed: Int
      let failed: Int
      let models: [Model]
    }
  }
}

@Suite("The cells of the matrix of same bits")
struct MatrixTests {
  private let array = CoveringArray(sizes: [6, 2, 3, 3, 2]) { a, b in
    // Value 5 of the first factor does not go with value 2 of the third.
    let factors = [a, b].sorted { $0.factor < $1.factor }
    return !(factors[0] == .init(factor: 0, value: 5) && factors[1] == .init(factor: 2, value: 2))
  }

  @Test("every allowed pair of values is in some row, no forbidden one in any, and rows are far fewer than the product")
  func covering() {
    let rows = array.rows(seed: 3)
    let covered = Set(rows.flatMap(CoveringArray.pairs))
    #expect(array.pairs.count == 6 * 2 + 6 * 3 - 1 + 6 * 3 + 6 * 2 + 2 * 3 + 2 * 3 + 2 * 2 + 3 * 3 + 3 * 2 + 3 * 2)
    #expect(covered == Set(array.pairs))
    #expect(!rows.contains { $0[0] == 5 && $0[2] == 2 })
    #expect(rows.count >= 18 && rows.count <= 30)
    #expect(array.product.count == 216 - 12)
    #expect(rows.allSatisfy(array.product.contains))
  }

  @Test("rows follow from the seed")
  func seeds() {
    #expect(array.rows(seed: 3) == array.rows(seed: 3))
    #expect(array.rows(seed: 3) != array.rows(seed: 4))
  }

  @Test("ranks fill nodes evenly or not at all")
  func nodes() {
    let filling = [1, 2, 3, 4, 5, 8].map { ranks in (1...3).filter { Cell.fill(ranks, nodes: $0) } }
    #expect(filling == [[1], [1, 2], [1, 2, 3], [1, 2], [1, 2, 3], [1, 2, 3]])
  }

  @Test("a resumed cell stops twice, begins with its own ranks and changes their number each time")
  func legs() {
    var cell = Cell()
    (cell.ranks, cell.isResumed) = (4, true)
    for seed in UInt64(0)..<50 {
      let legs = CellPlan(cell, steps: 6, ranks: [1, 2, 4, 8], seed: seed).legs
      #expect(legs.count == 3 && legs[0].ranks == 4 && legs[2].lastStep == 6)
      #expect(legs[0].lastStep >= 1 && legs[0].lastStep < legs[1].lastStep && legs[1].lastStep < 6)
      #expect(legs[0].ranks != legs[1].ranks && legs[1].ranks != legs[2].ranks)
    }
  }

  @Test("the whole matrix has every pair, and every quick combination once")
  func whole() {
    let covering = Matrix(.init(instructionSets: [.avx2, .avx512], isLabAvailable: true))
    #expect(covering.coveredPairs == covering.pairs)
    let whole = Matrix(.init(instructionSets: [.avx2, .avx512], isLabAvailable: true, isWhole: true))
    // 14 placements of ranks on nodes; threads, instruction sets, sharded, overlap, buckets.
    let quick = whole.plans.map(\.cell).filter { !$0.isResumed && !$0.isInLab }
    #expect(quick.count == 14 * 2 * 2 * 2 * 2 * 3 && Set(quick).count == quick.count)
    #expect(whole.combinations == 4 * quick.count)
  }
}
