import Tables
import Testing

@Suite struct ColumnsTests {
  @Test("columns are as wide as their widest cell, and no line ends in spaces")
  func words() {
    #expect(
      aligned([["file", "bytes"], ["a", "12345"], ["longer", "1"]]) == "file    bytes\na       12345\nlonger  1")
  }

  @Test("numbers stand at the right")
  func numbers() {
    #expect(
      aligned([["name", "ms", "share"], ["a", "10.5", "7%"]], firstNumber: 1) == "name    ms  share\na     10.5     7%")
  }

  @Test("rows may be shorter than others")
  func ragged() {
    #expect(aligned([["one"], ["a", "b"]]) == "one\na    b")
    #expect(aligned([["name", "ms", "share"], ["a", "7", ""]], firstNumber: 1) == "name  ms  share\na      7")
    #expect(aligned([[""], []]) == "\n")
    #expect(aligned([]) == "")
  }
}
