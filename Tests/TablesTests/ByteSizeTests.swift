import Tables
import Testing

@Suite struct ByteSizeTests {
  @Test(
    "sizes are read with binary units and written with the largest that leaves a whole number",
    arguments: [
      ("4096", "4KiB", 4096), ("64 KiB", "64KiB", 65536), ("1024MiB", "1GiB", 1 << 30), ("1000B", "1000", 1000),
    ])
  func sizes(text: String, written: String, bytes: Int) {
    let size = ByteSize(text: text)
    #expect(size?.bytes == bytes)
    #expect(size?.description == written)
    #expect(ByteSize(text: written) == size)
  }

  @Test(
    "decimal units, signs, fractions and sizes beyond a word are none",
    arguments: ["4kB", "-1", "1.5MiB", "", "KiB", "9999999999999GiB"])
  func none(text: String) { #expect(ByteSize(text: text) == nil) }
}
