import Failures
import Glibc

/// The program that runs commands on other hosts: ssh, or what Open MPI was told to use in its place.
///
/// It is found as mpirun finds it, so what works here works for the job: the first of the alternatives in
/// `OMPI_MCA_plm_rsh_agent` ("ssh : rsh") that is on the search path, with the options in `OMPI_MCA_plm_rsh_args`.
struct RemoteShell: Equatable, Sendable {
  /// The program's path and the options that mpirun would give it too.
  let command: [String]

  init(environment: [String: String]) throws(LaunchError) {
    let alternatives = environment["OMPI_MCA_plm_rsh_agent"] ?? "ssh : rsh"
    let options = Self.words(environment["OMPI_MCA_plm_rsh_args"] ?? "")
    for alternative in alternatives.split(separator: ":") {
      let words = Self.words(String(alternative))
      guard let name = words.first, let path = Self.path(of: name, in: environment["PATH"] ?? "") else { continue }
      command = [path] + words.dropFirst() + options
      return
    }
    throw LaunchError(
      "no program to reach other hosts with: '\(alternatives)' is not on the search path",
      remedy: "Install it (Debian: openssh-client), or name another one in OMPI_MCA_plm_rsh_agent.",
      exitStatus: .unavailable)
  }

  /// The whole command that runs `words` on `host`.
  ///
  /// ssh asks nobody (a password, an unknown key), gives up on a host that does not answer in `patience` seconds, and on
  /// one that falls silent for as long again.
  func arguments(host: String, _ words: [String], patience: Int) -> [String] {
    guard isSSH else { return command + [host, shellQuoted(words)] }
    let options = Self.options(patience: patience, silences: 1) + ["-o", "ConnectionAttempts=1"]
    return command + options + ["-o", "ClearAllForwardings=yes", "-T", "--", host, shellQuoted(words)]
  }

  /// Options of ssh's, of ours and of mpirun's connections alike.
  ///
  /// - Parameters:
  ///   - patience: for an answer, in seconds.
  ///   - silences: so often may a host that is connected let this time pass.
  static func options(patience: Int, silences: Int) -> [String] {
    [
      "-o", "BatchMode=yes", "-o", "ConnectTimeout=\(patience)", "-o", "ServerAliveInterval=\(patience)",
      "-o", "ServerAliveCountMax=\(silences)",
    ]
  }

  /// Options of ssh's are for ssh only.
  private var isSSH: Bool { command[0].split(separator: "/").last == "ssh" }

  private static func words(_ text: String) -> [String] { text.split { $0.isWhitespace }.map(String.init) }

  /// A program's path: itself where it has a slash, else the first file of the search path that may be run.
  private static func path(of name: String, in searchPath: String) -> String? {
    let candidates = name.contains("/") ? [name] : searchPath.split(separator: ":").map { "\($0)/\(name)" }
    return candidates.first { access($0, X_OK) == 0 }
  }
}
