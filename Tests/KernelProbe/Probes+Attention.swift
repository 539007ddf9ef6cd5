import KernelInterface

/// Forward and backward, packed, two query heads to a key head, more than a panel of queries and a block of keys.
func probeAttention(_ kernels: any Kernels, _ digest: inout Digest) {
  let (batch, heads, size, time) = (2, 2, 24, 77)
  let width = 4 * size
  let (packed, dy) = (made(30, batch * time * width, scale: 3), made(31, batch * time * heads * size))
  let bias = made(32, heads * time * time)
  let (counts, mask): ([Int32], [UInt8]) = ([70, 77], (0..<batch * time).map { $0 % 7 == 3 ? 0 : 1 })
  var output = made(33, dy.count)
  var logSumExp = made(34, batch * heads * time)
  var (gradient, biasGradient) = (made(35, packed.count), made(36, bias.count))
  let layout = HeadLayout(batchStride: time * width, headStride: size, timeStride: width)
  packed.withUnsafeBufferPointer { packed in
    bias.withUnsafeBufferPointer { bias in
      counts.withUnsafeBufferPointer { counts in
        mask.withUnsafeBufferPointer { mask in
          let start = packed.baseAddress!
          let attention = Attention(
            batch: batch, heads: heads, keyValueHeads: 1, headSize: size, queryTime: time, keyTime: time, query: start,
            queryLayout: layout, key: start + 2 * size, keyLayout: layout, value: start + 3 * size, valueLayout: layout,
            outputLayout: HeadLayout(batchStride: time * 2 * size, headStride: size, timeStride: 2 * size), scale: 0.3,
            isCausal: true, keyCounts: counts.baseAddress, keyMask: mask.baseAddress, bias: bias.baseAddress)
          let workspace = UnsafeMutableRawPointer.allocate(
            byteCount: max(
              kernels.attentionWorkspaceSize(attention), kernels.attentionBackwardWorkspaceSize(attention)),
            alignment: 64)
          for unit in 0..<batch * heads {
            kernels.attention(
              attention, batch: unit / heads, head: unit % heads, queries: 0..<time, into: &output,
              logSumExp: &logSumExp, workspace: workspace)
          }
          gradient.withUnsafeMutableBufferPointer { gradient in
            biasGradient.withUnsafeMutableBufferPointer { biasGradient in
              dy.withUnsafeBufferPointer { dy in
                output.withUnsafeBufferPointer { output in
                  logSumExp.withUnsafeBufferPointer { logSumExp in
                    let target = gradient.baseAddress!
                    let gradients = AttentionGradients(
                      output: output.baseAddress!, outputGradient: dy.baseAddress!, logSumExp: logSumExp.baseAddress!,
                      query: target, key: target + 2 * size, value: target + 3 * size, bias: biasGradient.baseAddress,
                      accumulatesQuery: true, accumulatesKeyValue: false)
                    for row in 0..<batch {
                      kernels.attentionBackward(
                        attention, gradients, batch: row, keyValueHead: 0, queries: 0..<time, keys: 0..<time,
                        workspace: workspace)
                    }
                  }
                }
              }
            }
          }
          workspace.deallocate()
        }
      }
    }
  }
  for result in [output, logSumExp, gradient, biasGradient] { digest.add(result) }
}
