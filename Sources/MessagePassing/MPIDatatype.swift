internal import CMPIShim

/// A Swift type whose values MPI can carry and reduce.
public protocol MPIDatatype: BitwiseCopyable, Sendable {
  /// What MPI calls this type.
  static var datatype: DatatypeHandle { get }
}

/// MPI's name for an element type, such as `MPI_FLOAT`.
public struct DatatypeHandle {
  let handle: MPI_Datatype
}

extension UInt8: MPIDatatype {
  public static var datatype: DatatypeHandle { DatatypeHandle(handle: shim_MPI_UINT8_T()) }
}

extension Int32: MPIDatatype {
  public static var datatype: DatatypeHandle { DatatypeHandle(handle: shim_MPI_INT32_T()) }
}

extension Int64: MPIDatatype {
  public static var datatype: DatatypeHandle { DatatypeHandle(handle: shim_MPI_INT64_T()) }
}

extension UInt64: MPIDatatype {
  public static var datatype: DatatypeHandle { DatatypeHandle(handle: shim_MPI_UINT64_T()) }
}

extension Float: MPIDatatype {
  public static var datatype: DatatypeHandle { DatatypeHandle(handle: shim_MPI_FLOAT()) }
}

extension Double: MPIDatatype {
  public static var datatype: DatatypeHandle { DatatypeHandle(handle: shim_MPI_DOUBLE()) }
}

extension MPIDatatype {
  static var mpiDatatype: MPI_Datatype { datatype.handle }
}

/// How a reduction joins the values of two ranks.
///
/// The order in which the ranks are joined is MPI's choice, so sums of floating-point numbers may differ in their last
/// bits between numbers of ranks and between MPI libraries.
public enum Reduction: Sendable {
  case sum, min, max

  var operation: MPI_Op {
    switch self {
    case .sum: shim_MPI_SUM()
    case .min: shim_MPI_MIN()
    case .max: shim_MPI_MAX()
    }
  }
}
