// SPDX-License-Identifier: Apache-2.0

/// A part of a picture with axes of its own.
package struct Panel {
  package var left: Double
  package var top: Double
  package var width: Double
  package var height: Double
  package var x: PlotAxis
  package var y: PlotAxis

  package func horizontal(_ value: Double) -> Double { left + x.fraction(value) * width }
  package func vertical(_ value: Double) -> Double { top + (1 - y.fraction(value)) * height }

  /// Bands, lines and words of both axes.
  package func grid(x xTitle: String, y yTitle: String, showsY: Bool = true) -> String {
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

  /// A mark for each point; of marks of one kind that lie on each other the first one is drawn. A point without a label has none.
  package func dots(_ points: [(x: Double, y: Double, style: String, label: String)], radius: Double = 3) -> String {
    struct Place: Hashable {
      var x: Int
      var y: Int
      var style: String
    }
    // Among thousands of marks nobody misses the half that covers another half.
    let side = points.count > 2000 ? radius : 1.5
    var known: Set<Place> = []
    var text = ""
    for point in points {
      let place = Place(x: Int(point.x / side), y: Int(point.y / side), style: point.style)
      guard known.insert(place).inserted else { continue }
      text += "<circle class=\"\(point.style)\" cx=\"\(n(point.x))\" cy=\"\(n(point.y))\" r=\"\(n(radius))\""
      text += point.label.isEmpty ? "/>\n" : "><title>\(escaped(point.label))</title></circle>\n"
    }
    return text
  }

  /// Beyond so many points labels cost more than they say.
  static let mostLabels = 1000

  /// A line through points of the picture.
  package static func path(_ points: [(x: Double, y: Double)], _ style: String, isStaircase: Bool = false) -> String {
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

  package static func words(_ text: String, _ x: Double, _ y: Double, anchor: String, style: String = "faint") -> String
  {
    "<text class=\"\(style)\" x=\"\(n(x))\" y=\"\(n(y))\" font-size=\"12\" text-anchor=\"\(anchor)\">"
      + "\(escaped(text))</text>\n"
  }

  private func n(_ value: Double) -> String { Self.n(value) }

  /// A coordinate with one decimal.
  package static func n(_ value: Double) -> String {
    guard abs(value) < 1e9 else { return Numbers.short(value, digits: 7) }
    let tenths = Int((10 * value).rounded())
    let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
    return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
  }
}
