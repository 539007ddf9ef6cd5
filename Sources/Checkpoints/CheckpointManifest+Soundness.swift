import Files

// A manifest's checksum tells that nobody changed it by accident. Who writes one on purpose can make it say anything.

extension CheckpointManifest {
  /// The deepest nesting of lists and objects; what a trainer stores has less than ten levels.
  private static let maximumDepth = 32

  /// Throws ``CheckpointDamage`` where the text of a manifest is nested too deeply, or otherwise no JSON that is read.
  static func requireReadable(_ text: [UInt8]) throws(CheckpointDamage) {
    do throws(JSONParser.Failure) {
      _ = try JSONParser.parseExactly(text[...], maximumDepth: maximumDepth)
    } catch {
      throw .manifestUnreadable("\(error.reason) (byte \(error.offset), counted without the checksum)")
    }
  }

  /// Throws ``CheckpointDamage`` unless every file is named once and lies in the folder, and every tensor is named once and lies
  /// in one of the files.
  func requireSound() throws(CheckpointDamage) {
    var names: Set<String> = []
    for file in files {
      guard isPlainFileName(file.name) else {
        throw .manifestUnreadable("'\(file.name)' is not the name of a file in this folder")
      }
      guard names.insert(file.name).inserted else { throw .manifestUnreadable("the file \(file.name) is listed twice") }
    }
    for tensors in [parameters, optimizerState] {
      var seen: Set<String> = []
      for tensor in tensors {
        guard names.contains(tensor.file) else {
          throw .manifestUnreadable("tensor '\(tensor.name)' is in '\(tensor.file)', which is not listed")
        }
        guard seen.insert(tensor.name).inserted else {
          throw .manifestUnreadable("tensor '\(tensor.name)' is listed twice")
        }
      }
    }
  }
}
