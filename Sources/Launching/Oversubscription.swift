extension LaunchRequest {
  /// A word for the user where a machine gets more ranks than it has cores; `nil` where it does not. Other hosts are
  /// taken to be like this machine.
  public func oversubscription(on machine: Machine) -> String? {
    guard let wanted = ranks ?? hosts?.slots else { return nil }
    var most = wanted
    if let hosts, hosts.slots > 0 {
      let rounds = (wanted + hosts.slots - 1) / hosts.slots
      most = min(wanted, hosts.largestSlots * rounds)
    }
    guard most > machine.cores else { return nil }
    let cores = machine.cores == 1 ? "1 core" : "\(machine.cores) cores"
    return "\(most) ranks on \(cores): they take turns, the bits are the same"
  }
}
