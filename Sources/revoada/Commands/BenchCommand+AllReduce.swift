import ArgumentParser
import Benchmarks
import Checkpoints
import Collectives
import Files
import Launching
import Tables
import TensorCore

extension BenchCommand {
  struct AllReduce: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "allreduce",
      abstract: "Sums over ranks: MPI_Allreduce beside the sum along the lanes' tree.",
      discussion: """
        Under mpirun it measures on the ranks it was started with; alone it starts them itself. The algorithms take \
        turns, many short blocks of each; every result is checked first.

        Examples:
          revoada bench allreduce
          revoada bench allreduce --ranks 4 --ranks-per-node 2 --size 4KiB --size 4MiB
          revoada bench allreduce --hosts a:1,b:1 --json allreduce.json
        """)

    @Option(help: ArgumentHelp("The size of the array; may be repeated (default: 1KiB to 512MiB).", valueName: "bytes"))
    var size: [ByteSize] = []

    @Option(
      help: ArgumentHelp(
        "mpi, canonical or 'canonical bf16'; may be repeated (default: all; bf16 where there are several nodes).",
        valueName: "name"))
    var algorithm: [AllReduceAlgorithm] = []

    @Option(help: ArgumentHelp("The most ranks that share memory (default: all of a machine).", valueName: "n"))
    var ranksPerNode: Int?

    @Option(help: ArgumentHelp("Blocks of each algorithm for every size; fewer where they take long.", valueName: "n"))
    var rounds = 31

    @Option(help: ArgumentHelp("Threads of each rank.", valueName: "n"))
    var threads = 1

    @Option(help: ArgumentHelp("Also write the figures to a file, as JSON.", valueName: "file"))
    var json: String?

    @OptionGroup var job: BenchJobOptions

    func validate() throws {
      if rounds < 1 { throw ValidationError("--rounds \(rounds): a median needs at least one round.") }
      if threads < 1 { throw ValidationError("--threads \(threads): a rank has at least one thread.") }
      if let ranksPerNode, ranksPerNode < 1 {
        throw ValidationError("--ranks-per-node \(ranksPerNode): a node has at least one rank.")
      }
      for size in size where !(4...1 << 34).contains(size.bytes) {
        throw ValidationError("--size \(size): an array has from 4 bytes to 16GiB.")
      }
    }

    func run() async throws {
      guard ParallelWorld.isPresent else {
        return try await job.launch(["bench", "allreduce"] + workerArguments, threads: threads)
      }
      try ParallelWorld.run { group in
        group.abortOnFailure(report: ErrorReport.print) { try measure(on: group) }
      }
    }

    private func measure(on group: any ProcessGroup) throws {
      let backend = try group.agree { Backend(instructionSet: try chosenInstructionSet(), threads: threads) }
      let isFirst = group.rank == 0
      let file = try group.agree { isFirst ? try json.map { try LocalFileSystem().createFile($0) } : nil }
      let benchmark = try AllReduceBenchmark(options, on: group, backend: backend)
      let report = try benchmark.report { if isFirst { writeToStandardError("bench allreduce: \($0)\n") } }
      try group.agree {
        guard isFirst else { return }
        try file?.writeAll(report.json)
        print(report.text)
      }
    }

    private var options: AllReduceBenchmark.Options {
      var options = AllReduceBenchmark.Options(rounds: rounds, ranksPerNode: ranksPerNode)
      if !size.isEmpty { options.sizes = size }
      if !algorithm.isEmpty { options.algorithms = algorithm }
      return options
    }

    private var workerArguments: [String] {
      var arguments = size.flatMap { ["--size", "\($0)"] } + algorithm.flatMap { ["--algorithm", $0.rawValue] }
      arguments += ["--rounds", "\(rounds)"]
      if let ranksPerNode { arguments += ["--ranks-per-node", "\(ranksPerNode)"] }
      if let json { arguments += ["--json", json] }
      return arguments
    }
  }
}

extension AllReduceAlgorithm: ExpressibleByArgument {}

extension ByteSize: ExpressibleByArgument {
  public init?(argument: String) { self.init(text: argument) }
}
