import Glibc

extension RunConfiguration {
  /// A configuration is a page of text; a file beyond this is something else.
  private static let maximumFileSize = 1 << 20

  /// Reads the YAML file `file`, then applies `overrides`, each `a.b=c`, in order.
  ///
  /// Relative paths in the file are relative to its folder, those in overrides to the working directory.
  public static func read(file: String, overrides: [String] = []) throws(ConfigurationError) -> RunConfiguration {
    let text = try contents(of: file)
    let workingDirectory = try currentDirectory()
    let absolute = file.hasPrefix("/") ? file : workingDirectory + "/" + file
    let folder = absolute.lastIndex(of: "/").map { String(absolute[..<$0]) } ?? workingDirectory
    return try parse(
      text, name: file, directory: folder, overrides: overrides, workingDirectory: workingDirectory)
  }

  /// Reads the YAML text of the file called `name` in messages, whose relative paths start from `directory`.
  static func parse(
    _ text: String, name: String, directory: String, overrides: [String] = [], workingDirectory: String
  ) throws(ConfigurationError) -> RunConfiguration {
    let start = SourceLocation(name: name, line: 1, column: 1, directory: directory)
    guard var root = try YAMLComposer.compose(text, at: start) else {
      throw ConfigurationError("\(name): the file is empty", remedy: "It needs at least the sections model and data.")
    }
    for override in overrides {
      let (keys, value) = try Self.override(override, workingDirectory: workingDirectory)
      root.set(keys[...], to: value)
    }
    var (configuration, locations) = try ConfigurationDecoder.decode(RunConfiguration.self, from: root)
    try configuration.settle(locations, file: name)
    return configuration
  }

  private static func override(
    _ text: String, workingDirectory: String
  ) throws(ConfigurationError) -> (keys: [String], value: YAMLNode) {
    let option = "--set \(text)"
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let keys = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !keys.contains("") else {
      throw ConfigurationError(
        "\(option): not of the form key=value", remedy: "For example: --set training.lanes=4", exitStatus: .usage)
    }
    let location = SourceLocation(name: option, directory: workingDirectory)
    let value = try YAMLComposer.compose(String(parts[1]), at: location)
    return (keys, value ?? YAMLNode(content: .scalar(text: "", isPlain: true), location: location))
  }

  private static func contents(of file: String) throws(ConfigurationError) -> String {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(file, errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      guard count >= 0 else { throw unreadable(file, errno) }
      guard count > 0 else { break }
      bytes += chunk[..<count]
      guard bytes.count <= maximumFileSize else {
        throw ConfigurationError("\(file): larger than 1 MiB: not a configuration")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError("\(file): not a YAML text: it is not UTF-8")
    }
    return text
  }

  private static func unreadable(_ file: String, _ code: CInt) -> ConfigurationError {
    ConfigurationError(
      "\(file): cannot read the configuration: \(String(cString: strerror(code)))",
      remedy: code == ENOENT ? "Check the path; relative paths start from the working directory." : nil,
      exitStatus: .missingInput)
  }

  static func currentDirectory() throws(ConfigurationError) -> String {
    guard let path = getcwd(nil, 0) else {
      throw ConfigurationError(
        "the working directory cannot be found: \(String(cString: strerror(errno)))", exitStatus: .systemError)
    }
    defer { free(path) }
    return String(cString: path)
  }
}

extension YAMLNode {
  /// Puts `value` under the nested keys `path`, making the mappings on the way where there are none.
  mutating func set(_ path: ArraySlice<String>, to value: YAMLNode) {
    guard let key = path.first else {
      self = value
      return
    }
    if case .mapping = content {} else { self = YAMLNode(content: .mapping([]), location: value.location) }
    guard case .mapping(var entries) = content else { return }
    if let index = entries.firstIndex(where: { $0.key == key }) {
      entries[index].value.set(path.dropFirst(), to: value)
      if path.count == 1 { entries[index].keyLocation = value.location }
    } else {
      var child = YAMLNode(content: .mapping([]), location: value.location)
      child.set(path.dropFirst(), to: value)
      entries.append(Entry(key: key, keyLocation: value.location, value: child))
    }
    content = .mapping(entries)
  }
}
