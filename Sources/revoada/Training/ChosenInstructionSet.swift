import Failures
import Glibc
import KernelInterface
import TensorCore

/// The instruction set that the command line names, else REVOADA_ISA, else the widest this processor has.
func chosenInstructionSet(_ option: InstructionSet? = nil) throws -> InstructionSet {
  let supported = Processor.supportedInstructionSets
  guard let widest = supported.last else { throw InstructionSetError(wanted: nil, supported: supported) }
  if let option {
    guard supported.contains(option) else {
      throw InstructionSetError(wanted: "--isa \(option.rawValue)", supported: supported)
    }
    return option
  }
  guard let name = getenv("REVOADA_ISA").map({ String(cString: $0) }), !name.isEmpty else { return widest }
  guard let wanted = supported.first(where: { $0.rawValue == name }) else {
    throw InstructionSetError(wanted: "REVOADA_ISA=\(name)", supported: supported)
  }
  return wanted
}

/// The processor lacks what the kernels need, or what the user asks for.
struct InstructionSetError: UserFacingError {
  /// The wish in the user's words.
  let wanted: String?
  let supported: [InstructionSet]

  var exitStatus: ExitStatus { wanted == nil ? .unavailable : .usage }

  var message: String {
    guard let wanted else { return "this processor lacks AVX2 and FMA, which every kernel needs" }
    return "\(wanted) is not among what this processor has: "
      + supported.map(\.rawValue).joined(separator: ", ")
  }

  var remedy: String? { wanted == nil ? nil : "Leave it out to have the fastest chosen." }
}
