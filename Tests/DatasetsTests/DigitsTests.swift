import Datasets
import Testing

@Suite("Embedded digits")
struct DigitsTests {
  @Test("1,797 images of 8x8 pixels from 0 to 16, ten classes")
  func content() throws {
    let loaded = try DataSource.digits.load()
    let digits = loaded.pool
    #expect(loaded.test == nil)
    #expect(digits.count == 1797 && digits.sampleShape == [8, 8] && digits.origin == "digits")
    #expect(digits.features.min() == 0 && digits.features.max() == 16)
    #expect(digits.features.reduce(0, +) == 561_718)
    // The upper half of the first image, a zero.
    #expect(Array(digits.features[..<16]) == [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0])
    guard case .classes(let classes, classCount: 10) = digits.targets else {
      Issue.record("not ten classes")
      return
    }
    #expect(classes.prefix(12) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    #expect(
      (0..<10).map { digit in classes.count { $0 == digit } } == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
  }
}
