import Glibc
import Platform
import TestSupport
import Testing

@testable import Launching

/// Scripts take ssh's place, first on a search path of their own.
@Suite struct RemoteHostTests {
  private let folder: TemporaryFolder
  private let environment: [String: String]

  init() throws {
    folder = try TemporaryFolder()
    environment = ["PATH": "\(folder.path):/usr/bin:/bin"]
  }

  private func install(_ name: String, _ script: String) throws {
    chmod(try folder.write("#!/bin/sh\n\(script)\n", to: name), 0o755)
  }

  private func host(_ name: String = "far") -> RemoteHost { RemoteHost(name, environment: environment) }

  /// What ssh does: the words it is given, as one line for a shell.
  private static let likeSSH = #"while [ "$1" != -- ]; do shift; done; shift 2; exec /bin/sh -c "$*""#

  @Test(
    "every word arrives at the other host as it was given",
    arguments: [
      [
        "plain", "a b", "it's", "", "$HOME", "`id`", "$(id)", "a\nb", #"\"#, #"a"b"#, "*", "~", "--", "-n", ";id",
        "ü&|",
      ]
    ])
  func words(words: [String]) async throws {
    try install("ssh", Self.likeSSH)
    let outcome = await host().run(["printf", "[%s]"] + words, timeout: .seconds(300))
    let expected = words.map { "[\($0)]" }.joined()
    #expect(outcome == .ended(status: 0, output: expected, errors: ""))
  }

  @Test("a command's status and both its outputs come back, and it has nothing to read")
  func status() async throws {
    try install("ssh", Self.likeSSH)
    let outcome = await host().run(["sh", "-c", "cat; echo out; echo err >&2; exit 3"], timeout: .seconds(300))
    #expect(outcome == .ended(status: 3, output: "out\n", errors: "err\n"))
  }

  @Test("ssh is told to ask nobody, to give up on silence, and where its options end")
  func options() throws {
    try install("ssh", "")
    let words = try RemoteShell(environment: environment).arguments(host: "far", ["a b", "c"], patience: 3)
    #expect(words.suffix(3) == ["--", "far", "'a b' c"])
    for option in ["BatchMode=yes", "ConnectTimeout=3", "ServerAliveInterval=3", "ClearAllForwardings=yes"] {
      #expect(words.contains(option))
    }
  }

  @Test("where ssh fails, its last words are the reason")
  func lastWords() async throws {
    try install(
      "ssh", "echo 'a banner' >&2; echo 'ssh: Could not resolve hostname far: unknown ' >&2; echo >&2; exit 255")
    #expect(
      await host().run(["true"], timeout: .seconds(300))
        == .unreachable("ssh: Could not resolve hostname far: unknown"))
    try install("ssh", "exit 255")
    #expect(
      await host().run(["true"], timeout: .seconds(300))
        == .unreachable("ssh ended with status 255 and gave no reason"))
  }

  @Test("what does not end in time is killed with all it has started")
  func timeUp() async throws {
    try install("ssh", "echo $$ > \(folder.path)/process; sleep 1000 & wait")
    let outcome = await host().run(["true"], timeout: .seconds(8))
    #expect(outcome == .unreachable("no answer within 8 s"))
    let group = try #require(pid_t(folder.text("process").dropLast()))
    // Killed processes vanish when the system has collected them.
    var remains = true
    for _ in 0..<10_000 where remains {
      remains = kill(-group, 0) == 0
      if remains { usleep(2000) }
    }
    #expect(!remains)
  }

  @Test("without ssh the reason says so, and a program that Open MPI is told to use is used instead")
  func agents() async throws {
    var environment = ["PATH": folder.path]
    let lacking = await RemoteHost("far", environment: environment).run(["true"], timeout: .seconds(300))
    #expect(lacking == .unreachable("no program to reach other hosts with: 'ssh : rsh' is not on the search path"))

    try install("elsewhere", #"printf '%s\n' "$@""#)
    environment["OMPI_MCA_plm_rsh_agent"] = "none such : \(folder.path)/elsewhere -q"
    environment["OMPI_MCA_plm_rsh_args"] = "-p 22"
    let outcome = await RemoteHost("far", environment: environment).run(["a b"], timeout: .seconds(300))
    #expect(outcome == .ended(status: 0, output: "-q\n-p\n22\nfar\n'a b'\n", errors: ""))
  }

  @Test("all hosts are asked, each by its own name; this machine answers without ssh")
  func reachability() async throws {
    try install(
      "ssh",
      #"case "$*" in *" down "*) echo "ssh: down is down" >&2; exit 255;; *" locked "*) echo No shell.; exit 1;; esac"#)
    let many = (0..<70).map { "up\($0)" }
    let states = await RemoteHost.areReachable(
      many + ["down", "locked", "localhost"], timeout: .seconds(300), environment: environment)
    #expect(states.count == 73)
    #expect(states["down"] == .unreachable("ssh: down is down"))
    #expect(states["locked"] == .unreachable("No shell."))
    #expect(states.filter { $0.value == .reachable }.count == 71)
    try folder.remove("ssh")
    let alone = await RemoteHost.areReachable(
      ["localhost", HostName.current(), "127.0.0.1"], timeout: .seconds(300), environment: environment)
    #expect(Set(alone.values) == [.reachable])
  }

  @Test("a command for this machine runs without ssh, and one that does not exist is a reason")
  func here() async throws {
    let here = host("localhost")
    #expect(
      await here.run(["printf", "%s", "a  b"], timeout: .seconds(300)) == .ended(status: 0, output: "a  b", errors: ""))
    guard case .unreachable(let reason) = await here.run(["/nonexistent/x"], timeout: .seconds(300)) else {
      Issue.record("it ran")
      return
    }
    #expect(reason.contains("/nonexistent/x"))
  }

  @Test("a name up to the first point is the same machine, part of one is not")
  func shortNames() {
    #expect(LocalNames.isShortForm("node3", of: "node3.cluster.example"))
    #expect(!LocalNames.isShortForm("node", of: "node3.cluster.example"))
    #expect(!LocalNames.isShortForm("node3.other", of: "node3.cluster.example"))
    #expect(!LocalNames.isShortForm("", of: ""))
  }
}
