import Tables

/// A report's step times as bars, one panel for each mode: what they are made of, the efficiency above, the prediction as a
/// line across. An SVG image that is readable in print.
public struct ScalingPlot {
  private let report: ScalingReport

  public init(_ report: ScalingReport) { self.report = report }

  private static let panelWidth = 330.0
  private static let barArea = 210.0
  private static let top = 78.0
  private static let left = 62.0
  private static let gap = 26.0
  private static let height = 372.0

  /// Parts from the bottom up, with colours that differ in brightness too.
  private static let parts: [(name: String, color: String, seconds: @Sendable (StepTimesView) -> Double)] = [
    ("compute", "#1f4e79", { $0.compute }), ("wait", "#bfbfbf", { $0.wait }), ("reduce", "#e08a1e", { $0.reduce }),
    ("update", "#f4d79b", { $0.update }),
  ]

  public var svg: String {
    let modes = ScalingReport.Mode.allCases.filter { !report.rows($0).isEmpty }
    let width = Self.left + Double(modes.count) * (Self.panelWidth + Self.gap) + 10
    let panels = modes.enumerated().flatMap { index, mode in
      panel(report.rows(mode), left: Self.left + Double(index) * (Self.panelWidth + Self.gap + Self.left * 0.4))
    }
    let total = width + Double(max(0, modes.count - 1)) * Self.left * 0.4
    return
      ([
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(total.fixed(0)) \(Self.height.fixed(0))" \
        font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#222">
        """,
        #"<rect width="100%" height="100%" fill="white"/>"#,
        text(report.configuration, x: Self.left, y: 24, style: #"font-size="15" font-weight="bold""#),
      ] + legend + panels + ["</svg>"]).joined(separator: "\n")
  }

  private var legend: [String] {
    var elements: [String] = []
    var x = Self.left
    for part in Self.parts {
      elements.append(rectangle(x: x, y: 36, width: 11, height: 11, color: part.color))
      elements.append(text(part.name, x: x + 16, y: 46))
      x += 78
    }
    if report.rows.contains(where: { $0.predicted != nil }) {
      elements.append(line(x1: x, y1: 42, x2: x + 16, y2: 42, style: Self.predictionStyle))
      elements.append(text("predicted", x: x + 21, y: 46))
    }
    return elements
  }

  private static let predictionStyle = ##"stroke="#c00000" stroke-width="2" stroke-dasharray="4 2""##

  private func panel(_ rows: [ScalingReport.Row], left: Double) -> [String] {
    let longest = rows.map { max($0.seconds.median, $0.predicted ?? 0) }.max() ?? 1
    let axis = Axis(longest: longest * 1.12)
    let bottom = Self.top + Self.barArea
    func y(_ seconds: Double) -> Double { bottom - seconds / axis.end * Self.barArea }

    var elements = axis.ticks.flatMap { tick in
      [
        line(x1: left, y1: y(tick), x2: left + Self.panelWidth, y2: y(tick), style: ##"stroke="#ddd""##),
        text(axis.label(tick), x: left - 6, y: y(tick) + 4, style: #"text-anchor="end""#),
      ]
    }
    let slot = Self.panelWidth / Double(rows.count)
    let barWidth = min(56, slot * 0.6)
    for (index, row) in rows.enumerated() {
      let middle = left + (Double(index) + 0.5) * slot
      elements += bar(row, middle: middle, width: barWidth, y: y)
      let efficiency = row.efficiency(from: rows[0]).median
      let top = y(max(row.seconds.median, row.predicted ?? 0))
      elements.append(text(efficiency.percent, x: middle, y: top - 6, style: #"text-anchor="middle""#))
      elements.append(text("\(row.ranks)", x: middle, y: bottom + 17, style: #"text-anchor="middle""#))
    }
    let first = rows[0].rounds[0]
    let what =
      rows[0].mode == .weak ? "\(first.batch / first.ranks) samples a rank" : "\(first.batch) samples in all"
    let center = left + Self.panelWidth / 2
    elements += [
      line(x1: left, y1: bottom, x2: left + Self.panelWidth, y2: bottom, style: ##"stroke="#222""##),
      text("ranks", x: center, y: bottom + 36, style: #"text-anchor="middle""#),
      text(
        "\(rows[0].mode.rawValue) scaling: \(what)", x: center, y: bottom + 60,
        style: #"text-anchor="middle" font-weight="bold""#),
      text("seconds of a step, efficiency", x: left, y: Self.top - 10, style: ##"fill="#666""##),
    ]
    return elements
  }

  private func bar(
    _ row: ScalingReport.Row, middle: Double, width: Double, y: (Double) -> Double
  ) -> [String] {
    let parts = StepTimesView(row)
    var elements: [String] = []
    var below = 0.0
    for part in Self.parts {
      let above = below + part.seconds(parts)
      elements.append(
        rectangle(x: middle - width / 2, y: y(above), width: width, height: y(below) - y(above), color: part.color))
      below = above
    }
    if let predicted = row.predicted {
      elements.append(
        line(
          x1: middle - width * 0.65, y1: y(predicted), x2: middle + width * 0.65, y2: y(predicted),
          style: Self.predictionStyle))
    }
    return elements
  }

  // MARK: - Elements

  private func text(_ content: String, x: Double, y: Double, style: String = "") -> String {
    let escaped = content.map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: String(character)
      }
    }.joined()
    return #"<text x="\#(x.fixed(1))" y="\#(y.fixed(1))" \#(style)>\#(escaped)</text>"#
  }

  private func rectangle(x: Double, y: Double, width: Double, height: Double, color: String) -> String {
    """
    <rect x="\(x.fixed(1))" y="\(y.fixed(2))" width="\(width.fixed(1))" height="\(height.fixed(2))" fill="\(color)"/>
    """
  }

  private func line(x1: Double, y1: Double, x2: Double, y2: Double, style: String) -> String {
    """
    <line x1="\(x1.fixed(1))" y1="\(y1.fixed(2))" x2="\(x2.fixed(1))" y2="\(y2.fixed(2))" \(style)/>
    """
  }
}

/// The parts of a row's step, scaled so that together they are its median: medians of parts need not add up.
private struct StepTimesView {
  let compute, wait, reduce, update: Double

  init(_ row: ScalingReport.Row) {
    let parts = row.parts
    let scale = parts.total > 0 ? row.seconds.median / parts.total : 0
    (compute, wait) = (parts.compute * scale, parts.wait * scale)
    (reduce, update) = (parts.reduce * scale, parts.update * scale)
  }
}

/// A scale of seconds with a few round marks.
struct Axis {
  let end: Double
  let ticks: [Double]
  private let unit: (name: String, seconds: Double)
  private let digits: Int

  /// - Parameter longest: what must have room, above 0.
  init(longest: Double) {
    var step = 1e-9
    let factors = [2, 2.5, 2]
    var index = 0
    while longest / step > 5 {
      step *= factors[index % 3]
      index += 1
    }
    let count = Int((longest / step).rounded(.up))
    end = step * Double(count)
    ticks = (0...count).map { step * Double($0) }
    unit = end >= 1 ? ("s", 1) : end >= 1e-3 ? ("ms", 1e-3) : ("µs", 1e-6)
    digits = step / unit.seconds >= 1 ? 0 : step / unit.seconds >= 0.1 ? 1 : 2
  }

  func label(_ tick: Double) -> String { "\((tick / unit.seconds).fixed(digits)) \(unit.name)" }
}
