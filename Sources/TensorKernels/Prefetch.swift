#if hasFeature(BuiltinModule)
  import Builtin
#endif

/// Asks for the cache line at `p` before it is needed. Any address will do: nothing is read, nothing can go wrong.
///
/// The standard library has no such function; the compiler has. Without its module this does nothing, and only time is lost.
@inline(__always)
func prefetch(_ p: UnsafePointer<Float>) {
  #if hasFeature(BuiltinModule)
    // For reading, to be kept in every cache, as data.
    Builtin.int_prefetch_RawPointer(p._rawValue, (0 as Int32)._value, (3 as Int32)._value, (1 as Int32)._value)
  #endif
}
