import FoundationEssentials
import Glibc
import TestSupport

/// Where runs happen: a folder, maybe on a small disk of its own, and maybe the hosts of a lab.
final class Place {
  let folder: TemporaryFolder
  /// `lab1:1,lab2:1`, or `nil` on this machine alone.
  let hosts: String?
  /// Whether the folder of the runs is a file system of its own, which can be filled.
  let hasOwnDisk: Bool
  /// The folder of the runs.
  let disk: String

  private static let diskSize = "48m"

  init(hosts: String?) throws {
    folder = try TemporaryFolder()
    self.hosts = hosts
    disk = try folder.write("", to: "disk/.keep").replacing("/.keep", with: "")
    hasOwnDisk = geteuid() == 0 && Self.run("mount", "-t", "tmpfs", "-o", "size=\(Self.diskSize)", "chaos", disk)
    try folder.write(sampleText(), to: "text.txt")
    for workload in Workload.all { try folder.write(workload.configuration, to: "\(workload.name).yaml") }
    try folder.write("", to: "scratch/.keep")
  }

  deinit {
    if hasOwnDisk { _ = Self.run("umount", "--lazy", disk) }
  }

  /// For Open MPI's files and ours, so that it can be seen what stays behind.
  var scratch: String { "\(folder.path)/scratch" }

  var names: [String] { hosts.map { $0.split(separator: ",").map { String($0.prefix { $0 != ":" }) } } ?? [] }

  /// The faults that can be made here.
  var faults: [Fault] {
    Fault.allCases.filter { (hosts != nil || !$0.needsLab) && (hasOwnDisk || $0 != .fillDisk) }
  }

  /// Runs a program to its end; whether it succeeded.
  static func run(_ arguments: String...) -> Bool {
    do {
      return try RunningProcess(arguments[0], Array(arguments.dropFirst())).wait().exitCode == 0
    } catch {
      say("chaos: \(arguments.joined(separator: " ")): \(error)")
      return false
    }
  }

  // MARK: - Disk and links

  /// Fills the disk of the runs for as long as `body` takes.
  func withFullDisk(_ body: () -> Void) {
    let path = "\(disk)/ballast"
    let file = open(path, O_WRONLY | O_CREAT, 0o600)
    let block = [UInt8](repeating: 1, count: 1 << 20)
    while write(file, block, block.count) > 0 {}
    body()
    close(file)
    unlink(path)
  }

  /// The namespace of a host of the lab; the lab's own folder is named by one of its settings.
  private func inside(_ host: String, _ command: String...) -> Bool {
    guard let scratch = getenv("OMPI_MCA_orte_tmpdir_base").map({ String(cString: $0) }) else { return false }
    let lab = scratch.split(separator: "/").dropLast().joined(separator: "/")
    do {
      return try RunningProcess("nsenter", ["--net=/\(lab)/\(host).net"] + command).wait().exitCode == 0
    } catch {
      return false
    }
  }

  func withCutLink(of host: String, _ body: () -> Void) {
    guard inside(host, "ip", "link", "set", "eth0", "down") else { return }
    body()
    _ = inside(host, "ip", "link", "set", "eth0", "up")
  }

  func withSlowLink(of host: String, _ body: () -> Void) {
    let rate = ["rate", "400kbit", "burst", "70000", "limit", "200000"]
    guard
      inside(
        host, "tc", "qdisc", "replace", "dev", "eth0", "root", "tbf", rate[0], rate[1], rate[2], rate[3], rate[4],
        rate[5])
    else { return }
    body()
    _ = inside(host, "tc", "qdisc", "del", "dev", "eth0", "root")
  }
}
