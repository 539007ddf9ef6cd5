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
    subcommands: [
      Matmul.self, Attention.self, Convolution.self, Elementwise.self, Train.self, Language.self, Encoding.self,
      AllReduce.self, Steps.self, Scaling.self,
    ])
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

  struct Attention: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Causal attention: forward, and forward with backward.",
      discussion: """
        Example:
          revoada bench attention --shape 4x12x256x64 --filter backward
        """)

    @Option(help: ArgumentHelp("Batch, heads, time and head size; may be repeated.", valueName: "BxHxTxD"))
    var shape: [AttentionShape] = []

    @OptionGroup var options: BenchOptions

    func run() throws {
      try options.run("attention") { backend in
        AttentionWorkloads.all(shape.isEmpty ? AttentionShape.defaults : shape, on: backend)
      }
    }
  }

  struct Convolution: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Convolutions as layers of a network: forward with backward.",
      discussion: """
        A shape is batch x channels x height x width : output channels x kernel height x kernel width / stride; p and a \
        number behind it are the padding (default: half the kernel), g and a number the groups.

        Examples:
          revoada bench convolution --filter resnet20
          revoada bench convolution --shape 64x16x32x32:16x3x3/1 --shape 8x96x112x112:96x3x3/2p1g96
        """)

    @Option(help: ArgumentHelp("As described above; may be repeated.", valueName: "BxCxHxW:OxKxK/S"))
    var shape: [ConvolutionShape] = []

    @OptionGroup var options: BenchOptions

    func run() throws {
      try options.run("convolution") { backend in
        ConvolutionWorkloads.all(
          shape.isEmpty ? MeasuredConvolution.defaults : shape.map { MeasuredConvolution($0) }, on: backend)
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
          revoada bench train --filter lanes --rounds 5

        The steps whose batch is cut into lanes take seconds and 4 GB: they run only where --filter names them.
        """)

    @OptionGroup var options: BenchOptions

    func run() throws {
      try options.run("train") { backend in
        TrainWorkloads.all(on: backend) + (options.filter == nil ? [] : LaneWorkloads.all(on: backend))
      }
    }
  }
}

extension BenchCommand {
  struct Language: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Language models: training steps of GPT-2 (124M) and of nanoGPT's small one, and decoding.",
      discussion: """
        They take seconds and up to 3 GB.

        Example:
          revoada bench language --filter "one token" --threads 1
        """)

    @OptionGroup var options: BenchOptions

    func run() throws {
      try options.run("language") { backend in LanguageWorkloads.all(on: backend) }
    }
  }
}

extension AttentionShape: ExpressibleByArgument {}
extension ConvolutionShape: ExpressibleByArgument {}
extension MatmulShape: ExpressibleByArgument {}
extension MatmulLayout: ExpressibleByArgument {}
extension RowsShape: ExpressibleByArgument {}
