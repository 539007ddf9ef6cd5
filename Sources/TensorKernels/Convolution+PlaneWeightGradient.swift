import KernelInterface

/// The weight gradient of groups of one input, depthwise convolutions first of all: an element sums the product of two
/// planes, 16 pixels side by side, one vector of sums a tap.
///
/// The gradients are laid out like the planes. Their gaps are zero and the inputs that the taps meet there are masked, so
/// that an infinite input does no harm outside its own pixel.
struct PlaneWeightGradient {
  let convolution: Convolution
  let planes: Planes
  /// Values of one channel of x and of y.
  let inputPlane: Int
  let outputPlane: Int

  // Where the parts of the workspace begin, in floats.
  let sums: Int
  let displacements: Int
  let mask: Int
  let gradients: Int
  let inputs: Int
  let workspaceSize: Int

  init(_ convolution: Convolution) {
    self.convolution = convolution
    (inputPlane, outputPlane) = (convolution.inputPlane, convolution.outputPlane)
    planes = Planes(convolution.height, convolution.width, isTransposed: false)
    let pixels = planes.vectors(planes.strip) * Vector.scalarCount
    sums = 0
    displacements = sums + convolution.groupOutputs * convolution.taps * Vector.scalarCount
    mask = displacements + roundedUp(2 * convolution.taps)
    gradients = mask + pixels
    inputs = gradients + pixels + Vector.scalarCount
    workspaceSize = (inputs + planes.channelSize) * MemoryLayout<Float>.stride
  }

  func run(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>,
    _ outputs: Range<Int>, _ workspace: UnsafeMutableRawPointer
  ) {
    let memory = workspace.assumingMemoryBound(to: Float.self)
    let taps = (workspace + displacements * MemoryLayout<Float>.stride).assumingMemoryBound(to: Int.self)
    prepare(taps, memory)
    let channels = convolution.groupOutputs
    let endOfX = x + convolution.batch * convolution.inputs * inputPlane
    let endOfGradients = dy + convolution.batch * convolution.outputs * outputPlane
    for group in outputs.lowerBound / channels...(outputs.upperBound - 1) / channels {
      let first = max(outputs.lowerBound, group * channels)
      let end = min(outputs.upperBound, (group + 1) * channels)
      (memory + sums).clear((end - first) * convolution.taps * Vector.scalarCount)
      for image in 0..<convolution.batch {
        let channel = x + (image * convolution.inputs + group) * inputPlane
        planes.pack(channel, before: endOfX, 0, planes.rows.grid, into: memory + inputs)
        for output in first..<end {
          addImage(
            dy + (image * convolution.outputs + output) * outputPlane, before: endOfGradients, taps,
            memory + sums + (output - first) * convolution.taps * Vector.scalarCount, memory)
        }
      }
      for element in 0..<(end - first) * convolution.taps {
        dw[first * convolution.taps + element] = read(memory + sums + element * Vector.scalarCount).laneSum
      }
    }
  }

  private func prepare(_ taps: UnsafeMutablePointer<Int>, _ memory: UnsafeMutablePointer<Float>) {
    for tap in 0..<convolution.taps {
      let (row, column) = (tap / convolution.width.size, tap % convolution.width.size)
      taps[tap] = planes.displacement(row, column)
    }
    let pixels = planes.vectors(planes.strip) * Vector.scalarCount
    (memory + mask).clear(pixels)
    (memory + gradients).clear(pixels)
    (memory + inputs).clear(planes.channelSize)
    for row in 0..<planes.rows.grid {
      (memory + mask + row * planes.pitch).update(
        repeating: Float(bitPattern: 0xFFFF_FFFF), count: planes.columns.grid)
    }
  }

  @inline(__always)
  private func addImage(
    _ dy: UnsafePointer<Float>, before end: UnsafePointer<Float>, _ taps: UnsafePointer<Int>,
    _ sums: UnsafeMutablePointer<Float>, _ memory: UnsafeMutablePointer<Float>
  ) {
    let columns = planes.columns.grid
    for row in 0..<planes.rows.grid {
      (memory + gradients + row * planes.pitch).copy(dy + row * columns, count: columns, before: end, .zero)
    }
    addTaps(
      convolution.taps, taps, planes.vectors(planes.strip), memory + inputs, memory + gradients, memory + mask, sums)
  }
}

/// sums[t] += dy x[. + t] over `vectors` vectors for each tap, some taps at a time in registers.
private func addTaps(
  _ count: Int, _ taps: UnsafePointer<Int>, _ vectors: Int, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
  _ mask: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>
) {
  var tap = 0
  while tap < count {
    let (taps, sums) = (taps + tap, sums + tap * Vector.scalarCount)
    switch count - tap {
    case 1: add(One.self, taps, vectors, x, dy, mask, sums)
    case 2: add(Two.self, taps, vectors, x, dy, mask, sums)
    case 3: add(Pair<Two, One>.self, taps, vectors, x, dy, mask, sums)
    case 4: add(Four.self, taps, vectors, x, dy, mask, sums)
    default: add(Five.self, taps, vectors, x, dy, mask, sums)
    }
    tap += 5
  }
}

@inline(never)
private func add<Sums: TapSums>(
  _: Sums.Type, _ taps: UnsafePointer<Int>, _ vectors: Int, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
  _ mask: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>
) {
  var sums = Sums(target, x, taps)
  for vector in 0..<vectors {
    let place = vector * Vector.scalarCount
    sums.add(read(dy + place), place, read(mask + place).bits)
  }
  sums.store(target)
}

/// The sums of some taps, each with the inputs it meets.
private protocol TapSums {
  static var count: Int { get }
  init(_ sums: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ taps: UnsafePointer<Int>)
  mutating func add(_ dy: Vector, _ place: Int, _ mask: SIMD16<UInt32>)
  func store(_ sums: UnsafeMutablePointer<Float>)
}

private struct One: TapSums {
  var sums: Vector
  let x: UnsafePointer<Float>

  @inline(__always) static var count: Int { 1 }
  @inline(__always) init(_ sums: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ taps: UnsafePointer<Int>) {
    (self.sums, self.x) = (read(sums), x + taps[0])
  }
  @inline(__always) mutating func add(_ dy: Vector, _ place: Int, _ mask: SIMD16<UInt32>) {
    sums = sums.adding(dy, times: Vector(bits: read(x + place).bits & mask))
  }
  @inline(__always) func store(_ sums: UnsafeMutablePointer<Float>) { write(self.sums, to: sums) }
}

private struct Pair<First: TapSums, Second: TapSums>: TapSums {
  var first: First
  var second: Second

  @inline(__always) static var count: Int { First.count + Second.count }
  @inline(__always) init(_ sums: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ taps: UnsafePointer<Int>) {
    first = First(sums, x, taps)
    second = Second(sums + First.count * Vector.scalarCount, x, taps + First.count)
  }
  @inline(__always) mutating func add(_ dy: Vector, _ place: Int, _ mask: SIMD16<UInt32>) {
    first.add(dy, place, mask)
    second.add(dy, place, mask)
  }
  @inline(__always) func store(_ sums: UnsafeMutablePointer<Float>) {
    first.store(sums)
    second.store(sums + First.count * Vector.scalarCount)
  }
}

private typealias Two = Pair<One, One>
private typealias Four = Pair<Two, Two>
private typealias Five = Pair<Four, One>
