import Glibc
import KernelInterface
import Testing

/// Memory for `Element`s that end where a page without access begins: reading or writing behind them is a crash.
/// Before them lie canaries.
final class Guarded<Element: BitwiseCopyable> {
  let count: Int
  let pointer: UnsafeMutablePointer<Element>
  private let pages: UnsafeMutableRawPointer
  private let pageBytes: Int
  private static var canary: UInt8 { 0xA5 }

  init(_ elements: [Element]) {
    count = elements.count
    let page = 4096
    let bytes = count * MemoryLayout<Element>.stride
    pageBytes = (bytes + 64 + page - 1) / page * page
    pages = mmap(nil, pageBytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    precondition(pages != MAP_FAILED && mprotect(pages + pageBytes, page, PROT_NONE) == 0)
    memset(pages, Int32(Self.canary), pageBytes)
    pointer = (pages + pageBytes - bytes).bindMemory(to: Element.self, capacity: count)
    elements.withUnsafeBufferPointer {
      _ = UnsafeMutableBufferPointer(start: pointer, count: count).update(fromContentsOf: $0)
    }
  }

  deinit { munmap(pages, pageBytes + 4096) }

  var elements: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// Nothing was written before the first element.
  var canariesLive: Bool {
    let start = UnsafeMutableRawPointer(pointer)
    return (1...64).allSatisfy { start.load(fromByteOffset: -$0, as: UInt8.self) == Self.canary }
  }
}

typealias Floats = Guarded<Float>

extension Guarded<Float> {
  convenience init(count: Int) { self.init([Float](repeating: -7.25, count: count)) }

  /// Values in -1 ..< 1, times `scale`.
  convenience init(random seed: UInt64, count: Int, scale: Float = 1) {
    self.init(randomFloats(seed, count: count).map { $0 * scale })
  }
}

func randomFloats(_ seed: UInt64, count: Int) -> [Float] {
  let key = RandomKey(seed: seed)
  return (0..<count).map { Float(Int32(bitPattern: key.bits(at: $0)) >> 7) * 0x1p-24 }
}

/// Equal bits, or both NaN.
func expectSameBits(
  _ actual: [Float], _ expected: [Float], _ comment: @autoclosure () -> Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let differing = zip(actual, expected).enumerated().first {
    $1.0.bitPattern != $1.1.bitPattern && !($1.0.isNaN && $1.1.isNaN)
  }
  guard let (place, values) = differing ?? (actual.count == expected.count ? nil : (-1, (0, 0))) else { return }
  Issue.record(
    "element \(place): \(values.0) is not \(values.1). \(comment()?.rawValue ?? "")", sourceLocation: sourceLocation)
}

/// Units in the last place between a result and the exact value.
func ulps(_ actual: Float, _ exact: Double) -> Double {
  if actual.isNaN || exact.isNaN { return actual.isNaN && exact.isNaN ? 0 : .infinity }
  let rounded = Float(exact)
  if actual.isInfinite || rounded.isInfinite { return actual == rounded ? 0 : .infinity }
  return (Double(actual) - exact).magnitude / Double(max(rounded.magnitude, .leastNormalMagnitude).ulp)
}

/// Every result within a tolerance that may depend on the exact value.
func expectClose(
  _ actual: [Float], _ exact: [Float], sourceLocation: SourceLocation = #_sourceLocation,
  within tolerance: (Float) -> Float
) {
  let far = zip(actual, exact).enumerated().first { !(($1.0 - $1.1).magnitude <= tolerance($1.1.magnitude)) }
  guard let (place, values) = far else { return }
  Issue.record("element \(place): \(values.0) is not close to \(values.1)", sourceLocation: sourceLocation)
}
