import ArgumentParser
import Benchmarks

/// `revoada bench FAMILY`: how fast this machine runs the kernels, beside what it can do at most.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the kernels: speed, spread, and share of the machine's own peak in the same run.",
    discussion: """
      Examples:
        revoada bench matmul
        revoada bench matmul --shape 256x3072x768 --layout NT --threads 2
        revoada bench elementwise --filter softmax --json softmax.json

      Every workload runs in blocks of about 20 milliseconds, in turn with all others and with the machine's peaks; \
      the figures are medians over the rounds. Leave the machine alone meanwhile.
      """,
    subcommands: [Matmul.self, Elementwise.self, Train.self])
}

extension BenchCommand {
  struct Matmul: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Matrix products.",
      discussion: """
        Example:
          revoada bench matmul --shape 256x3072x768 --shape 1024x1024x1024 --layout NN --isa avx2
        """)

    @Option(help: ArgumentHelp("M, N and K; may be repeated.", valueName: "MxNxK"))
    var shape: [MatmulShape] = []

    @Option(
      help: ArgumentHelp("NN, NT, TN or TT: which operands lie transposed; may be repeated.", valueName: "layout"))
    var layout: [MatmulLayout] = []

    @OptionGroup var options: BenchOptions

    func run() throws {
      try options.run("matmul") { backend in
        MatmulWorkloads.all(
          shape.isEmpty ? MatmulShape.defaults : shape, layouts: layout.isEmpty ? MatmulLayout.defaults : layout,
          on: backend)
      }
    }
  }

  struct Elementwise: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Activations, softmax, LayerNorm, addition and AdamW: in the caches and out of them.",
      discussion: """
        Example:
          revoada bench elementwise --shape 4096x768 --threads 2
        """)

    @Option(help: ArgumentHelp("Rows and columns; may be repeated.", valueName: "RxC"))
    var shape: [RowsShape] = []

    @OptionGroup var options: BenchOptions

    func run() throws {
      try options.run("elementwise") { backend in
        ElementwiseWorkloads.all(shape.isEmpty ? RowsShape.defaults : shape, on: backend)
      }
    }
  }
}

extension BenchCommand {
  struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Training steps of whole models: forward, backward, optimizer.",
      discussion: """
        Example:
          revoada bench train --filter mlp --threads 2
        """)

    @OptionGroup var options: BenchOptions

    func run() throws {
      try options.run("train") { TrainWorkloads.all(on: $0) }
    }
  }
}

extension MatmulShape: ExpressibleByArgument {}
extension MatmulLayout: ExpressibleByArgument {}
extension RowsShape: ExpressibleByArgument {}
