import Glibc
import KernelInterface
import TensorCore
import TestSupport
import Testing

@Suite("Rotary position embedding")
struct RotaryTests {
  private let batch = 2
  private let time = 7
  private let heads = 3
  private let headSize = 20
  private let offset = 100_000

  @Test("pairs turn by position times frequency", arguments: [RotaryPairing.halves, .neighbours], [1, 3])
  func angles(pairing: RotaryPairing, threads: Int) {
    let backend = Backend(threads: threads)
    let table = RotaryTable(positions: offset + time, headSize: headSize, base: 500_000, on: backend)
    let shape: Shape = [batch, time, heads, headSize]
    let xs = seededValues(shape.count, seed: 5)
    let y = Tensor(xs, shape, on: backend).rotated(by: table, heads: 1..<3, offset: offset, pairing: pairing)
    var expected = xs
    for index in indices(of: shape) where index[2] > 0 && index[3] < headSize / 2 {
      let pair = index[3]
      let angle = Double(offset + index[1]) * pow(500_000, -2 * Double(pair) / Double(headSize))
      let head = place(of: index, in: shape) - pair
      let (a, b) =
        pairing == .halves ? (head + pair, head + pair + headSize / 2) : (head + 2 * pair, head + 2 * pair + 1)
      let (x, y) = (Double(xs[a]), Double(xs[b]))
      expected[a] = Float(x * cos(angle) - y * sin(angle))
      expected[b] = Float(y * cos(angle) + x * sin(angle))
    }
    expectClose(y.values, expected, tolerance: 3e-7, "\(pairing)")
  }

  @Test("heads that are not there end the program with the shape in the message")
  func noSuchHeads() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let backend = Backend(threads: 1)
      let table = RotaryTable(positions: 2, headSize: 4, on: backend)
      _ = Tensor(filledWith: 1, [1, 2, 8], on: backend).rotated(by: table, heads: -1..<1)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("heads -1..<1 of 4 in [1, 2, 8]"))
  }

  @Test("turning back gives what was turned, in place too")
  func inverse() {
    let backend = Backend(threads: 1)
    let table = RotaryTable(positions: time, headSize: headSize, on: backend)
    let x = Tensor(seededValues(batch * time * 60, seed: 6), [batch, time, 60], on: backend)
    for pairing in [RotaryPairing.halves, .neighbours] {
      let y = x.rotated(by: table, pairing: pairing)
      #expect(y.values != x.values)
      let back = Tensor(x.shape, on: backend) {
        $0.write(y)
        $0.writeRotated(y, by: table, heads: nil, offset: 0, pairing: pairing, isBackward: true)
      }
      expectClose(back.values, x.values, tolerance: 3e-7, "\(pairing)")
    }
  }
}
