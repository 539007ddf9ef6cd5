/// A convolution of a batch of images: `64x16x32x32:16x3x3/1` is batch x channels x height x width : output channels x
/// kernel height x kernel width / stride. `p` and `g` with a number behind it are padding, (kernel height - 1) / 2 where
/// it is left out, and groups, 1 where they are.
public struct ConvolutionShape: Hashable, Sendable, LosslessStringConvertible {
  public let batch: Int
  public let inputs: Int
  public let height: Int
  public let width: Int
  public let outputs: Int
  public let kernelHeight: Int
  public let kernelWidth: Int
  public let stride: Int
  public let padding: Int
  public let groups: Int

  public init?(_ description: String) {
    let parts = description.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let image = sizes(in: parts[0]), image.count == 4 else { return nil }
    let layer = parts[1].split(separator: "/", omittingEmptySubsequences: false)
    guard layer.count == 2, let kernel = sizes(in: layer[0]), kernel.count == 3 else { return nil }
    var options = layer[1]
    guard let stride = Self.number(&options), stride > 0 else { return nil }
    let padding = Self.number(&options, after: "p")
    let groups = Self.number(&options, after: "g")
    guard options.isEmpty else { return nil }

    (batch, inputs, height, width) = (image[0], image[1], image[2], image[3])
    (outputs, kernelHeight, kernelWidth) = (kernel[0], kernel[1], kernel[2])
    self.stride = stride
    self.padding = padding ?? (kernelHeight - 1) / 2
    self.groups = groups ?? 1
    guard self.groups > 0, inputs % self.groups == 0, outputs % self.groups == 0,
      kernelHeight <= height + 2 * self.padding, kernelWidth <= width + 2 * self.padding,
      isMeasurable(batch, inputs, height, width), isMeasurable(batch, outputs, outputHeight, outputWidth),
      isMeasurable(outputs, inputs, kernelHeight, kernelWidth)
    else { return nil }
  }

  /// A leading number up to a million, taken off `text`; with a `letter`, the number behind it.
  private static func number(_ text: inout Substring, after letter: Character? = nil) -> Int? {
    var rest = text
    if let letter {
      guard rest.first == letter else { return nil }
      rest = rest.dropFirst()
    }
    let digits = rest.prefix { $0.isASCII && $0.isWholeNumber }
    guard let number = Int(digits), number < 1_000_000 else { return nil }
    text = rest.dropFirst(digits.count)
    return number
  }

  public var outputHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }
  public var outputWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }

  public var description: String {
    let padding = padding == (kernelHeight - 1) / 2 ? "" : "p\(padding)"
    let groups = groups == 1 ? "" : "g\(groups)"
    return
      "\(batch)x\(inputs)x\(height)x\(width):\(outputs)x\(kernelHeight)x\(kernelWidth)/\(stride)\(padding)\(groups)"
  }

  /// Of the forward pass; each of the two backward passes has as many.
  var multiplyAdds: Double {
    Double(batch * outputs) * Double(outputHeight * outputWidth)
      * Double(inputs / groups * kernelHeight * kernelWidth)
  }
}
