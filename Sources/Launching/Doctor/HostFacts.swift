/// What `revoada doctor` knows of one machine, as the machine itself tells it: plain values that travel as JSON.
public struct HostFacts: Codable, Equatable, Sendable {
  /// What the machine calls itself.
  public var hostName: String
  /// The folder to which relative paths belong.
  public var directory: String
  /// The same for all names of a machine until it is started anew.
  public var bootIdentifier: String
  /// The number of the user that commands run as there.
  public var user: Int
  /// The kernel's name and release.
  public var system: String
  public var processor: String
  /// The instruction sets that have a build of the kernels, narrowest first.
  public var instructionSets: [String]
  /// Physical cores among the processors that a command may use there.
  public var cores: Int
  /// Processes that want to run, on the mean of the last minute.
  public var load: Double
  /// Bytes of memory.
  public var memory: Space
  public var sharedMemory: Space
  /// Where rank 0 would write, if it ran there.
  public var runFolder: Space
  public var temporaryFolder: Space
  /// Nanoseconds since 1970, by the machine's own clock.
  public var clock: Int
  /// `4.1.4`; `nil` where there is no Open MPI on the search path.
  public var openMPI: String?
  /// The program, the configuration and the data, in this order.
  public var files: [FileIdentity]
  /// Why the configuration cannot be read there.
  public var configurationProblem: String?
  public var openFileLimit: Int
  public var lockedMemoryLimit: Int
  /// Yama's: above 0 a process may not copy out of a sibling's memory. -1 where the kernel has no such rule.
  public var ptraceScope: Int

  /// Room for bytes: in memory, or in the file system that holds a folder.
  public struct Space: Codable, Equatable, Sendable {
    public var path: String
    public var total: Int
    public var free: Int
    /// Whether a file can be made there.
    public var isWritable: Bool

    public init(path: String, total: Int, free: Int, isWritable: Bool) {
      self.path = path
      self.total = total
      self.free = free
      self.isWritable = isWritable
    }
  }
}

/// A file by its content, so that two hosts' can be compared.
public struct FileIdentity: Codable, Equatable, Sendable {
  public enum Role: String, Codable, Sendable { case program, configuration, data }

  public var role: Role
  public var path: String
  /// `nil` where there is no such file, or none that can be read.
  public var byteCount: Int?
  /// SHA-256 of the whole file, or of its ends only; `nil` as above.
  public var digest: String?
  /// Whether only the first and the last MiB were read, because the file is large.
  public var isOfEnds: Bool

  public init(role: Role, path: String, byteCount: Int? = nil, digest: String? = nil, isOfEnds: Bool = false) {
    self.role = role
    self.path = path
    self.byteCount = byteCount
    self.digest = digest
    self.isOfEnds = isOfEnds
  }
}
