/// Sizes written as `256x3072x768`: whole numbers, each from 1 to 2^24; `nil` for anything else.
func sizes(in text: some StringProtocol) -> [Int]? {
  var sizes: [Int] = []
  for word in text.split(separator: "x", omittingEmptySubsequences: false) {
    guard word.allSatisfy(\.isWholeNumber), let size = Int(word), (1...1 << 24).contains(size) else { return nil }
    sizes.append(size)
  }
  return sizes
}

/// Whether a tensor of this shape is of a size that can be measured: at most 2^31 values, 8 GiB.
func isMeasurable(_ sizes: Int...) -> Bool {
  var count = 1
  for size in sizes {
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    if overflow || product > 1 << 31 { return false }
    count = product
  }
  return true
}
