import Failures
import Glibc

/// The machines of a job, each with the number of ranks it takes (Open MPI's slots).
public struct HostList: Equatable, Sendable {
  public struct Host: Equatable, Sendable {
    public var name: String
    public var slots: Int

    public init(name: String, slots: Int) {
      self.name = name
      self.slots = slots
    }
  }

  /// A list of more is no list of hosts.
  private static let maximumHosts = 4096

  public var hosts: [Host]

  public var slots: Int { hosts.reduce(0) { $0 + $1.slots } }
  public var largestSlots: Int { hosts.map(\.slots).max() ?? 0 }

  /// `a:2,b:2`, as mpirun's `--host` takes it.
  public var mpirunArgument: String { hosts.map { "\($0.name):\($0.slots)" }.joined(separator: ",") }

  /// Hosts whose names differ.
  public init(hosts: [Host]) { self.hosts = hosts }

  /// Reads `a:2,b:2`; a host without a number takes one rank.
  public init(option: String) throws(LaunchError) {
    hosts = []
    for part in option.split(separator: ",", omittingEmptySubsequences: false) {
      guard let host = Self.host(part, slots: nil) else {
        throw .usage(
          "--hosts \(option): '\(part)' is not of the form name:ranks", remedy: "For example: --hosts a:2,b:2")
      }
      try add(host, source: "--hosts \(option)")
    }
  }

  /// Reads the text of a hostfile: on each line `name slots=2` or `name:2`, and comments after `#`.
  init(text: String, file: String) throws(LaunchError) {
    hosts = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.prefix { $0 != "#" }.split { $0.isWhitespace }
      guard let name = words.first else { continue }
      let place = "\(file):\(number + 1)"
      guard words.count <= 2, let host = Self.host(name, slots: words.dropFirst().first) else {
        throw LaunchError(
          "\(place): '\(line)' is not a host", remedy: "Write 'name slots=2' or 'name:2'.",
          exitStatus: .configuration)
      }
      try add(host, source: place)
    }
    guard !hosts.isEmpty else {
      throw LaunchError("\(file): names no host", remedy: "Write 'name slots=2' lines.", exitStatus: .configuration)
    }
  }

  public init(hostfile: String) throws(LaunchError) {
    guard let file = fopen(hostfile, "re") else {
      throw LaunchError(
        "\(hostfile): cannot read the hostfile: \(String(cString: strerror(errno)))", exitStatus: .missingInput)
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0, count < bytes.count else {
      throw LaunchError("\(hostfile): not a hostfile: a folder, or larger than 1 MiB", exitStatus: .missingInput)
    }
    try self.init(text: String(decoding: bytes[..<count], as: UTF8.self), file: hostfile)
  }

  private mutating func add(_ host: Host, source: String) throws(LaunchError) {
    guard !hosts.contains(where: { $0.name == host.name }) else {
      throw .usage("\(source): the host '\(host.name)' is named twice", remedy: "Name it once, with all its ranks.")
    }
    guard hosts.count < Self.maximumHosts else {
      throw .usage("\(source): more than \(Self.maximumHosts) hosts")
    }
    hosts.append(host)
  }

  /// Letters, digits and the few signs of host names, and of `user@host`.
  private static func isHostCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: ".-_@".utf8.contains(byte)
    }
  }

  /// `name`, `name:2`, or `name` with `slots=2` beside it.
  private static func host(_ word: Substring, slots: Substring?) -> Host? {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
    // A name that begins with '-' would be an option to mpirun or ssh.
    guard parts.count <= 2, let name = parts.first, !name.isEmpty, !name.hasPrefix("-"),
      name.utf8.allSatisfy(isHostCharacter)
    else { return nil }
    var count = "1"
    if parts.count == 2 { count = String(parts[1]) }
    if let slots {
      guard parts.count == 1, slots.hasPrefix("slots=") else { return nil }
      count = String(slots.dropFirst("slots=".count))
    }
    guard let number = Int(count), (1...LaunchPlan.maximumRanks).contains(number) else { return nil }
    return Host(name: String(name), slots: number)
  }
}
