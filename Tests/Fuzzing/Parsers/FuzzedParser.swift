import Failures

/// A reader of foreign bytes, as the fuzzer and the tests call it.
///
/// It may accept or refuse what it is given. It must refuse with a typed error whose text can be made, and do so soon and in
/// little memory: everything else ends the process.
public struct FuzzedParser: Sendable {
  /// What its folders in `Corpus` and `Failures` are called.
  public let name: String
  private let read: @Sendable (FuzzInput) throws -> Void

  init(_ name: String, reading read: @escaping @Sendable (FuzzInput) throws -> Void) {
    self.name = name
    self.read = read
  }

  /// Whether the bytes are accepted; where they are not, why.
  ///
  /// - Precondition: a parser throws typed errors alone.
  public func refusal(of bytes: [UInt8], in folder: ScratchFolder) -> String? {
    do {
      try read(FuzzInput(bytes: bytes, folder: folder))
      return nil
    } catch let error as any UserFacingError {
      return error.description
    } catch let error as any RefusedInput {
      return error.description
    } catch {
      preconditionFailure("\(name) throws an untyped error: \(error)")
    }
  }

  /// Every parser, in the order in which a round of fuzzing takes them.
  public static let all = formats + checkpoints + datasets + tokenizers + settings

  /// One of them, or the one that misbehaves on purpose.
  public static func named(_ name: String) -> FuzzedParser? { (all + [planted]).first { $0.name == name } }
}

/// A reason to refuse an input that its caller turns into an error for the user, which a parser may throw too.
protocol RefusedInput: Error, CustomStringConvertible {}
