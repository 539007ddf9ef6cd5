/// The name of `candidates` with the smallest edit distance to `name`, if it is near enough to be a slip of the pen.
///
/// Near enough is at most a third of the longer name's length, and at least two edits for short names.
/// Ties go to the candidate that comes first. Names above 256 bytes are near to none, and 1,024 candidates are looked at.
public func nearestName(to name: String, among candidates: [String]) -> String? {
  // Nobody mistypes a name of this length, and comparing long ones takes long.
  let longest = 256
  guard name.utf8.count <= longest else { return nil }
  let candidates = candidates.prefix(1024).filter { $0.utf8.count <= longest }
  let distances = candidates.map { ($0, editDistance(Array(name.utf8), Array($0.utf8))) }
  guard let best = distances.min(by: { $0.1 < $1.1 }) else { return nil }
  return best.1 <= max(2, max(name.utf8.count, best.0.utf8.count) / 3) ? best.0 : nil
}

/// Levenshtein's distance: insertions, deletions and substitutions that turn `a` into `b`.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for i in a.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let substitution = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
