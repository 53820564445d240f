// SPDX-License-Identifier: Apache-2.0

/// A part of a picture with axes of its own.
struct Panel {
  var left: Double
  var top: Double
  var width: Double
  var height: Double
  var x: PlotAxis
  var y: PlotAxis

  func horizontal(_ value: Double) -> Double { left + x.fraction(value) * width }
  func vertical(_ value: Double) -> Double { top + (1 - y.fraction(value)) * height }

  /// Bands, lines and words of both axes.
  func grid(x xTitle: String, y yTitle: String, showsY: Bool = true) -> String {
    var text = ""
    for (k, band) in x.bands.enumerated() where k.isMultiple(of: 2) {
      text += "<rect class=\"band\" x=\"\(n(left + band.from * width))\" y=\"\(n(top))\" "
      text += "width=\"\(n((band.to - band.from) * width))\" height=\"\(n(height))\"/>\n"
    }
    for tick in y.ticks {
      let at = top + (1 - tick.at) * height
      text += "<path class=\"grid\" d=\"M\(n(left)) \(n(at))h\(n(width))\"/>\n"
      if showsY { text += Self.words(tick.label, left - 8, at + 4, anchor: "end") }
    }
    var end = -Double.infinity
    for tick in x.ticks {
      let at = left + tick.at * width
      if x.bands.isEmpty { text += "<path class=\"grid\" d=\"M\(n(at)) \(n(top))v\(n(height))\"/>\n" }
      // Words that would touch those before them are left out.
      let half = 3.4 * Double(tick.label.count) + 3
      guard at - half >= end else { continue }
      end = at + half
      text += Self.words(tick.label, at, top + height + 18, anchor: "middle")
    }
    text += Self.words(xTitle, left + width / 2, top + height + 38, anchor: "middle")
    guard showsY else { return text }
    return text + "<text class=\"faint\" font-size=\"12\" text-anchor=\"middle\" "
      + "transform=\"translate(\(n(left - 62)) \(n(top + height / 2))) rotate(-90)\">\(escaped(yTitle))</text>\n"
  }

  /// A mark for each point; of marks of one kind that lie on each other the first one is drawn.
  func dots(_ points: [(x: Double, y: Double, style: String, label: String)], radius: Double = 3) -> String {
    var known: Set<String> = []
    let isLabeled = points.count <= 1000
    var text = ""
    for point in points {
      let key = "\(Int(point.x / 1.5)) \(Int(point.y / 1.5)) \(point.style)"
      guard known.insert(key).inserted else { continue }
      text += "<circle class=\"\(point.style)\" cx=\"\(n(point.x))\" cy=\"\(n(point.y))\" r=\"\(n(radius))\""
      text += isLabeled ? "><title>\(escaped(point.label))</title></circle>\n" : "/>\n"
    }
    return text
  }

  /// A line through points of the picture.
  static func path(_ points: [(x: Double, y: Double)], _ style: String, isStaircase: Bool = false) -> String {
    var text = ""
    var last = (x: -1e9, y: -1e9)
    for (k, point) in points.enumerated() {
      if k > 0, k < points.count - 1, abs(point.x - last.x) < 0.4, abs(point.y - last.y) < 0.4 { continue }
      text +=
        k == 0
        ? "M\(n(point.x)) \(n(point.y))" : isStaircase ? "H\(n(point.x))V\(n(point.y))" : "L\(n(point.x)) \(n(point.y))"
      last = point
    }
    return text.isEmpty ? "" : "<path class=\"\(style)\" d=\"\(text)\"/>\n"
  }

  static func words(_ text: String, _ x: Double, _ y: Double, anchor: String, style: String = "faint") -> String {
    "<text class=\"\(style)\" x=\"\(n(x))\" y=\"\(n(y))\" font-size=\"12\" text-anchor=\"\(anchor)\">"
      + "\(escaped(text))</text>\n"
  }

  private func n(_ value: Double) -> String { Self.n(value) }

  /// A coordinate with one decimal.
  static func n(_ value: Double) -> String { Numbers.short((10 * value).rounded() / 10 + 0, digits: 7) }
}
