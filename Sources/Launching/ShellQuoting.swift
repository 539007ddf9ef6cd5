/// An argument as one word of a POSIX shell's line: as it stands where no shell would change it, else in single quotes.
///
/// A quotation mark inside ends the quotes, stands there escaped, and begins them anew: `it's` becomes `'it'\''s'`.
/// This is the one place where an argument becomes text for a shell: ssh hands the words it is given, joined with
/// spaces, to the login shell of the other host.
func shellQuoted(_ argument: String) -> String {
  let isPlain = argument.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-_./:=,+@%".utf8.contains(byte)
    }
  }
  guard !isPlain || argument.isEmpty else { return argument }
  return "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
}

/// Words as one line for a shell.
func shellQuoted(_ arguments: [String]) -> String { arguments.map { shellQuoted($0) }.joined(separator: " ") }
