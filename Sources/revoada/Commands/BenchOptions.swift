import ArgumentParser
import Benchmarks
import Checkpoints
import Files
import Glibc
import KernelInterface
import TensorCore

/// What all of `revoada bench` take.
struct BenchOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Threads.", valueName: "n"))
  var threads = 1

  @Option(help: ArgumentHelp("The build of the kernels: avx2 or avx512; the fastest by default.", valueName: "isa"))
  var isa: InstructionSet?

  @Option(help: ArgumentHelp("Blocks of each workload.", valueName: "n"))
  var rounds = 15

  @Option(
    help: ArgumentHelp("Also write the figures to a file, as JSON; - is stdout, without the table.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("Only workloads whose name contains this.", valueName: "text"))
  var filter: String?

  @Flag(
    help: """
      Let another program alternate: print one line of JSON that lists the workloads and the peaks, then answer each \
      line on stdin, the index of one, with its seconds per call in one block.
      """)
  var alternate = false

  func validate() throws {
    let cores = Processor.affinity().count
    guard (1...cores).contains(threads) else {
      throw ValidationError("--threads \(threads): this process may use from 1 to \(cores) processors.")
    }
    if rounds < 1 { throw ValidationError("--rounds \(rounds): a median needs at least one round.") }
    if alternate && json != nil { throw ValidationError("Give --alternate or --json, not both.") }
  }

  func run(_ family: String, _ makeWorkloads: (Backend) -> [Workload]) throws {
    let backend = Backend(instructionSet: try chosenInstructionSet(isa), threads: threads)
    let workloads = makeWorkloads(backend).filter { workload in filter.map(workload.name.contains) ?? true }
    guard !workloads.isEmpty else { throw ValidationError("No workload's name contains '\(filter ?? "")'.") }
    guard !alternate else {
      let dialogue = Dialogue(workloads + Peaks.needed(by: workloads, on: backend))
      return try dialogue.hold(
        reading: { readLine() },
        writing: { line in
          print(line)
          fflush(nil)
        })
    }
    // Before measuring: whoever cannot write should not have to wait for it.
    let file = try json.flatMap { $0 == "-" ? nil : try LocalFileSystem().createFile($0) }
    let watch = Stopwatch.systemClock()
    var lastNote = 0.0
    let report = Report(measuring: workloads, on: backend, in: Alternation(rounds: rounds)) { round in
      guard round == 0 || watch() - lastNote >= 5 else { return }
      lastNote = watch()
      writeToStandardError("bench \(family): \(workloads.count) workloads, round \(round) of \(rounds)\n")
    }
    if json == "-" { return print(try report.json) }
    try file?.writeAll(report.json)
    print(report.text)
  }
}

extension InstructionSet: ExpressibleByArgument {}
