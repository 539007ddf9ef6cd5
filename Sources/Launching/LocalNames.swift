import Glibc
import Platform

/// The names by which this machine may be called without going over the network.
///
/// Like mpirun, which starts ranks on such a host itself: its host name, whole or up to the first point, `localhost`, and
/// the addresses of its interfaces as numbers. Another name that happens to lead here is taken for another host.
enum LocalNames {
  static func contain(_ name: String) -> Bool {
    let own = HostName.current()
    return name == "localhost" || name == own || isShortForm(name, of: own) || isShortForm(own, of: name)
      || addresses().contains(name)
  }

  /// Whether `short` is `long` up to its first point: `node3` and `node3.cluster.example`.
  static func isShortForm(_ short: String, of long: String) -> Bool {
    !short.isEmpty && !short.contains(".") && long.prefix { $0 != "." } == short
  }

  private static func addresses() -> Set<String> {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var addresses: Set<String> = []
    var next = first
    while let entry = next?.pointee {
      next = entry.ifa_next
      guard let address = entry.ifa_addr else { continue }
      let length: socklen_t
      switch CInt(address.pointee.sa_family) {
      case AF_INET: length = socklen_t(MemoryLayout<sockaddr_in>.size)
      case AF_INET6: length = socklen_t(MemoryLayout<sockaddr_in6>.size)
      default: continue
      }
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      guard getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else { continue }
      addresses.insert(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    return addresses
  }
}
