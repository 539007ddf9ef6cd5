import Tables
import Testing

@Suite struct NumbersTests {
  @Test("numbers have a fixed number of digits after the point, and no sign where only zeros are left")
  func fixed() {
    #expect([0, 0.5, 1, 12.34567].map { $0.fixed(4) } == ["0.0000", "0.5000", "1.0000", "12.3457"])
    #expect([-0.00001, -0.25, -12].map { $0.fixed(2) } == ["0.00", "-0.25", "-12.00"])
    #expect([0.4, 0.5, 99.5].map { $0.fixed(0) } == ["0", "1", "100"])
    #expect([Double.nan, .infinity, -.infinity, 1e300].map { $0.fixed(3) } == ["nan", "inf", "-inf", "1e+300"])
  }

  @Test("percentages have one digit after the point")
  func percent() {
    #expect([0, 0.972, 0.9996, 1].map { $0.percent } == ["0.0%", "97.2%", "100.0%", "100.0%"])
  }

  @Test("large numbers are shortened by thousands and millions, and rounding never leaves four digits before the point")
  func short() {
    #expect([0, 7.4, 950, 999.4].map { $0.short } == ["0", "7", "950", "999"])
    #expect([999.6, 1000, 45_123, 999_949].map { $0.short } == ["1.0k", "1.0k", "45.1k", "999.9k"])
    #expect([999_951, 1e6, 1.26e6, 2.5e9].map { $0.short } == ["1.0M", "1.0M", "1.3M", "2500.0M"])
  }

  @Test("times are minutes and seconds, rounded up, with hours where there are any")
  func clock() {
    #expect([0, 0.1, 11.2, 59, 59.01, 3599].map { $0.clock } == ["0:00", "0:01", "0:12", "0:59", "1:00", "59:59"])
    #expect([3599.5, 3600, 11_109, 360_000].map { $0.clock } == ["1:00:00", "1:00:00", "3:05:09", "100:00:00"])
  }

  @Test(
    "a brief time has three digits, also where it rounds up to the next unit",
    arguments: [
      (1.25, "1.25 s"), (125, "125 s"), (0.0125, "12.5 ms"), (0.000999, "999 µs"), (0.0009996, "1.00 ms"),
      (0.09996, "100 ms"), (2e-6, "2.00 µs"), (0, "0"),
    ])
  func briefTimes(seconds: Double, text: String) { #expect(seconds.briefDuration == text) }
}
