#if canImport(Glibc)
  import Glibc
#endif

/// What this machine calls itself.
public enum HostName {
  /// Empty where the system does not tell.
  public static func current() -> String {
    var name = [CChar](repeating: 0, count: 256)
    // A name that is cut off is not terminated.
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
