import Failures
import Testing

@testable import Launching

@Suite struct HostListTests {
  @Test("an option names hosts with their ranks, one where no number is given")
  func option() throws {
    let list = try HostList(option: "a:2,b,node-3.example:16")
    #expect(list.mpirunArgument == "a:2,b:1,node-3.example:16")
    #expect(list.slots == 19 && list.largestSlots == 16)
  }

  @Test(
    "a malformed option is a usage error",
    arguments: ["", "a:2,", "a:0", "a:x", "a:2:3", ":2", "-oProxyCommand=x:2", "a:2,a:2", "a:99999999999999999999"])
  func malformedOption(option: String) throws {
    let error = #expect(throws: LaunchError.self) { try HostList(option: option) }
    #expect(error?.exitStatus == .usage)
    #expect(error?.message.hasPrefix("--hosts \(option): ") == true)
  }

  @Test("a hostfile has either spelling, comments and empty lines")
  func hostfile() throws {
    let list = try HostList(text: "# lab\na slots=2\n\n  b:3  # the fast one\nc", file: "hosts")
    #expect(list.mpirunArgument == "a:2,b:3,c:1")
  }

  @Test(
    "a bad line of a hostfile is named",
    arguments: [("a slots=2\nb slots=two", 2), ("a max=3", 1), ("a slots=1 slots=2", 1), ("\n\na:2\na:2", 4)])
  func badHostfile(text: String, line: Int) throws {
    let error = #expect(throws: LaunchError.self) { try HostList(text: text, file: "hosts") }
    #expect(error?.message.hasPrefix("hosts:\(line): ") == true)
  }

  @Test("a hostfile without hosts, a missing one and a folder are errors")
  func unusable() throws {
    #expect(throws: LaunchError.self) { try HostList(text: "# nobody\n", file: "hosts") }
    for path in ["/nonexistent/hosts", "/"] {
      let error = #expect(throws: LaunchError.self) { try HostList(hostfile: path) }
      #expect(error?.exitStatus == .missingInput)
    }
  }
}
