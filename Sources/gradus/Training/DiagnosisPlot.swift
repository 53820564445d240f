// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// Pictures of diagnoses as SVG, without outside resources.
struct DiagnosisPlot {
  private static let width = 860.0
  private static let ink = "fill=\"var(--ink, #1b1f24)\""
  private static let faint = "fill=\"var(--faint, #5b6470)\""

  private static func n(_ value: Double) -> String { Numbers.short((10 * value).rounded() / 10, digits: 6) }

  private static func open(_ height: Double, _ label: String) -> String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(n(width)) \(n(height))\" role=\"img\" "
      + "aria-label=\"\(escaped(label))\" font-family=\"system-ui, sans-serif\" font-size=\"12\">\n"
  }

  private static func words(_ text: String, _ x: Double, _ y: Double, anchor: String = "start", _ fill: String)
    -> String
  {
    "<text \(fill) x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor)\">\(escaped(text))</text>\n"
  }

  /// Bars from zero, one a line; those below zero go to the left.
  static func bars(_ label: String, _ rows: [(name: String, value: Double?, limit: Double?)]) -> String {
    let line = 22.0, top = 34.0, left = 210.0, right = 90.0
    let values = rows.compactMap(\.value) + rows.compactMap(\.limit)
    let (low, high) = (min(0, values.min() ?? 0), max(0, values.max() ?? 0))
    let span = high > low ? high - low : 1
    func x(_ value: Double) -> Double { left + (value - low) / span * (width - left - right) }
    var text = open(top + line * Double(rows.count) + 12, label) + words(label, 16, 22, faint)
    for (k, row) in rows.enumerated() {
      let y = top + line * Double(k)
      text += words(row.name, left - 12, y + 14, anchor: "end", ink)
      if let limit = row.limit {
        text += "<rect x=\"\(n(left))\" y=\"\(n(y + 3))\" width=\"\(n(x(limit) - x(0)))\" height=\"14\" rx=\"2\" "
        text += "fill=\"var(--grid, #e3e6ea)\"/>\n"
      }
      guard let value = row.value else {
        text += words("–", x(0) + 6, y + 14, faint)
        continue
      }
      let (from, to) = (min(x(0), x(value)), max(x(0), x(value)))
      text += "<rect x=\"\(n(from))\" y=\"\(n(y + 3))\" width=\"\(n(max(1, to - from)))\" height=\"14\" rx=\"2\" "
      text += "fill=\"\(value < 0 ? "#c2570c" : "#0b7dda")\"/>\n"
      text += words(Numbers.short(value, digits: 3), max(to, row.limit.map(x) ?? to) + 8, y + 14, faint)
    }
    return text + "</svg>\n"
  }

  /// How alike layers are to each other, as a table of shades; the last column is the same layer before training.
  static func alignment(_ diagnosis: NetworkDiagnosis) -> String {
    let names = diagnosis.representations.map(\.name)
    let left = 210.0, top = 34.0
    let cell = max(10, min(46, (width - left - 140) / Double(names.count + 1)))
    let label = "linear CKA between what layers see, and of each with itself before training"
    var text = open(top + cell * Double(names.count) + 30, label) + words(label, 16, 22, faint)
    func square(_ value: Double?, _ column: Double, _ row: Int) -> String {
      let (x, y) = (left + column * cell, top + Double(row) * cell)
      guard let value else { return words("–", x + cell / 2, y + cell / 2 + 4, anchor: "middle", faint) }
      let shade = max(0, min(1, value))
      var text = "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(cell - 2))\" height=\"\(n(cell - 2))\" rx=\"2\" "
      text += "fill=\"#0b7dda\" fill-opacity=\"\(n10(shade))\"/>\n"
      if cell >= 30 {
        let fill = shade > 0.6 ? "fill=\"#ffffff\"" : ink
        text += words(Numbers.short(value, digits: 2), x + cell / 2 - 1, y + cell / 2 + 3, anchor: "middle", fill)
      }
      return text
    }
    for (k, name) in names.enumerated() {
      text += words(name, left - 12, top + cell * (Double(k) + 0.5) + 4, anchor: "end", ink)
      for (l, value) in diagnosis.alignment[k].enumerated() { text += square(value, Double(l), k) }
      text += square(diagnosis.representations[k].start, Double(names.count) + 0.5, k)
    }
    text += words(
      "before training", left + cell * (Double(names.count) + 1), top + cell * Double(names.count) + 16,
      anchor: "middle", faint)
    return text + "</svg>\n"
  }

  private static func n10(_ value: Double) -> String { Numbers.short((1000 * value).rounded() / 1000, digits: 4) }

  /// A number over the steps at which it was looked at.
  static func course(_ title: String, _ points: [(step: Int, value: Double)]) -> String {
    let end = points.last?.value
    return ConvergencePlot(
      title: title, subtitle: "\(Numbers.short(end, digits: 4)) in the end",
      samples: [], height: 280, quantity: title,
      marks: .init(name: title, style: "value", points: points.map { (Double($0.step), $0.value) })
    ).svg
  }
}
