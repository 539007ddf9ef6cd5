import Datasets
import Layers
import TensorCore

/// Some samples of a data set, by number: the training, validation or test part.
public struct DataPart: Sendable {
  let dataset: Dataset
  /// Sample numbers in `dataset`.
  let samples: [Int]

  /// The samples `numbers` of the data set as one batch: inputs [count, sample shape...] and their targets.
  func batch(_ numbers: some Collection<Int>, on backend: Backend) -> Batch {
    let width = dataset.sampleWidth
    let inputs = Tensor(Shape([numbers.count] + dataset.sampleShape), on: backend) { destination in
      destination.withMutableValues { memory in
        dataset.features.withUnsafeBufferPointer { features in
          guard var row = memory.baseAddress, let first = features.baseAddress else { return }
          for number in numbers {
            row.update(from: first + number * width, count: width)
            row += width
          }
        }
      }
    }
    switch dataset.targets {
    case .classes(let classes, _):
      return Batch(inputs: inputs, targets: .labels(numbers.map { classes[$0] }))
    case .values(let values, let width):
      let rows = numbers.flatMap { values[$0 * width..<($0 + 1) * width] }
      return Batch(inputs: inputs, targets: .values(Tensor(rows, [numbers.count, width], on: backend)))
    }
  }
}

/// Samples that go through the model together.
struct Batch {
  /// [samples, sample shape...]
  let inputs: Tensor
  let targets: Targets
}
