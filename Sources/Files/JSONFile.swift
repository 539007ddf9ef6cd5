import Failures

/// A file that should hold one JSON value, and cannot be read or does not.
public enum JSONFileError: UserFacingError, Equatable {
  case tooLong(path: String, byteCount: Int, limit: Int)
  case invalid(path: String, offset: Int, reason: String)
  case unreadable(FileSystemError)

  public var exitStatus: ExitStatus {
    if case .unreadable(let error) = self { error.exitStatus } else { .badData }
  }

  public var message: String {
    switch self {
    case .tooLong(let path, let byteCount, let limit): "\(path) has \(byteCount) bytes; at most \(limit) are read"
    case .invalid(let path, let offset, let reason): "\(path) is not valid JSON: \(reason) (byte \(offset))"
    case .unreadable(let error): error.message
    }
  }

  public var remedy: String? {
    switch self {
    case .tooLong, .invalid: "Copy or download the file again."
    case .unreadable(let error): error.remedy
    }
  }
}

extension JSONValue {
  /// The value that a file holds, read by the strict parser.
  ///
  /// - Parameters:
  ///   - byteLimit: a longer file is refused before it is read.
  ///   - maximumDepth: of nested lists and objects.
  public init(
    contentsOf path: String, byteLimit: Int, maximumDepth: Int = 32, fileSystem: any FileSystem = LocalFileSystem()
  ) throws(JSONFileError) {
    let file: any ReadableFile
    do throws(FileSystemError) { file = try fileSystem.openFile(path) } catch { throw .unreadable(error) }
    guard file.byteCount <= byteLimit else {
      throw .tooLong(path: path, byteCount: file.byteCount, limit: byteLimit)
    }
    let bytes: [UInt8]
    do throws(FileSystemError) { bytes = try file.bytes(in: 0..<file.byteCount) } catch { throw .unreadable(error) }
    do throws(JSONParser.Failure) {
      self = try JSONParser.parse(bytes[...], maximumDepth: maximumDepth)
    } catch {
      throw .invalid(path: path, offset: error.offset, reason: error.reason)
    }
  }

  /// The text of a file, indented: the same for the same value. All numbers are finite.
  public var fileText: [UInt8] { JSONNode(self).serialized() }
}
