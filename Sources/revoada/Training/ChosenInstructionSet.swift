import Failures
import Glibc
import KernelInterface
import TensorCore

/// The instruction set that REVOADA_ISA names, or the widest this processor has.
func chosenInstructionSet() throws -> InstructionSet {
  let supported = Processor.supportedInstructionSets
  guard let widest = supported.last else { throw InstructionSetError(wanted: nil, supported: supported) }
  guard let name = getenv("REVOADA_ISA").map({ String(cString: $0) }), !name.isEmpty else { return widest }
  guard let wanted = supported.first(where: { $0.rawValue == name }) else {
    throw InstructionSetError(wanted: name, supported: supported)
  }
  return wanted
}

/// The processor lacks what the kernels need, or what REVOADA_ISA asks for.
struct InstructionSetError: UserFacingError {
  let wanted: String?
  let supported: [InstructionSet]

  var exitStatus: ExitStatus { wanted == nil ? .unavailable : .usage }

  var message: String {
    guard let wanted else { return "this processor lacks AVX2 and FMA, which every kernel needs" }
    return "REVOADA_ISA=\(wanted) is not among what this processor has: "
      + supported.map(\.rawValue).joined(separator: ", ")
  }

  var remedy: String? { wanted == nil ? nil : "Unset it to have the fastest chosen." }
}
