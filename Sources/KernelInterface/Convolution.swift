/// The geometry of a two-dimensional convolution as neural networks have it, which is a cross-correlation:
///
///     y[n, o, i, j] = bias[o] + sum over (c, k, l) of weight[o, c, k, l] x[n, g C + c, i s + k d - p, j s + l d - p]
///
/// with C = inputs / groups and g the group of output o. x [batch, inputs, height, width], weight [outputs, inputs / groups,
/// height taps, width taps], y [batch, outputs, height places, width places]. One dimension is height 1.
public struct Convolution: Hashable, Sendable {
  public var batch: Int
  /// Channels of x.
  public var inputs: Int
  /// Channels of y.
  public var outputs: Int
  public var groups: Int
  public var height: WindowAxis
  public var width: WindowAxis

  public init(batch: Int, inputs: Int, outputs: Int, groups: Int = 1, height: WindowAxis, width: WindowAxis) {
    self.batch = batch
    self.inputs = inputs
    self.outputs = outputs
    self.groups = groups
    self.height = height
    self.width = width
  }

  public var groupInputs: Int { inputs / groups }
  public var groupOutputs: Int { outputs / groups }
  public var taps: Int { height.size * width.size }
  /// Values of one channel of x and of y.
  public var inputPlane: Int { height.input * width.input }
  public var outputPlane: Int { height.output * width.output }
  public var weightCount: Int { outputs * groupInputs * taps }

  /// Rows of y that one chain of the weight gradient covers: about 512 pixels, cut as evenly as possible.
  public var gradientRows: Int {
    let most = max(1, 512 / max(1, width.output))
    let blocks = (height.output + most - 1) / most
    return blocks == 0 ? 1 : (height.output + blocks - 1) / blocks
  }

  /// Parts of the batch that each get a weight gradient of their own, added along a binary tree in the end. Threads share
  /// them out; where the weights are many, or a group has one input, threads share out the outputs instead.
  public var gradientParts: Int {
    groupInputs == 1 || weightCount > 1 << 16 ? 1 : max(1, min(batch, 4))
  }

  /// From one row to the next where rows of y lie one behind the other with gaps for what the window reaches beyond them.
  /// Decides which lane a pixel of the weight gradient falls into where a group has one input.
  public var pitch: Int {
    let (first, last) = (width.division(ofTap: 0).quotient, width.division(ofTap: width.size - 1).quotient)
    let left = max(0, -first)
    let right = max(0, width.output + last - (width.input + width.stride - 1) / width.stride)
    return width.output + max(0, last - first - min(left, right))
  }
}
