import Launching
import Supervision
import Training

extension FuzzedParser {
  /// What a person writes, or another person's program.
  static let settings = [
    // A configuration that was read is listed so that it is read again, as the same.
    FuzzedParser("configuration") { input in
      let folder = try input.onDisk(["a.yaml"])
      let configuration = try RunConfiguration.read(file: "\(folder)/a.yaml")
      try input.folder.hold([("a.yaml", Array(configuration.resolvedYAML.utf8))])
      let again = try RunConfiguration.read(file: "\(folder)/a.yaml")
      precondition(again.resolvedYAML == configuration.resolvedYAML, "a configuration changes by being listed")
    },
    // What comes from a rank's standard output. A line that is no report is the job's own output, not an error.
    FuzzedParser("rank-report") { input in
      let line = String(decoding: input.bytes, as: UTF8.self)
      guard let report = RankReport(line: line) else { throw NoReport() }
      precondition(RankReport(line: report.line)?.step == report.step, "a report changes by being written")
    },
    FuzzedParser("hostfile") { input in _ = try HostList(hostfile: input.onDisk(["hosts"]) + "/hosts") },
  ]
}

private struct NoReport: RefusedInput {
  let description = "no report"
}
