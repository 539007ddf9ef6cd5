import ArgumentParser

@main
struct Revoada: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "revoada", subcommands: [TrainCommand.self])
}
enum ErrorReport {
  static func print(_ error: any Error) { writeToStandardError("revoada: error: \(error)\n") }
}
