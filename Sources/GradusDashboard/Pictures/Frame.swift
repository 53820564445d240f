// SPDX-License-Identifier: Apache-2.0

/// The page of a plot: margins, grid, lines and words as SVG.
package struct Frame {
  package var width: Double
  package var height: Double
  private let left = 84.0
  private let right = 24.0
  private let top = 64.0
  private let bottom = 52.0

  package init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  private var plotWidth: Double { width - left - right }
  private var plotHeight: Double { height - top - bottom }

  package func head(_ title: String, _ subtitle: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(n(width)) \(n(height))" width="\(n(width))" \
    height="\(n(height))" role="img" aria-label="\(escaped(title))" font-family="system-ui, sans-serif">
    <style>
    svg { --ink: #1b1f24; --faint: #6b7280; --grid: #e3e6ea; --value: #0b63ce; --bound: #c2570c; --page: #ffffff; }
    @media (prefers-color-scheme: dark) {
    svg { --ink: #e8eaed; --faint: #9aa3af; --grid: #32373f; --value: #6db1ff; --bound: #ffa45c; --page: #15181c; }
    }
    .page { fill: var(--page); } .ink { fill: var(--ink); } .faint { fill: var(--faint); }
    .grid { stroke: var(--grid); stroke-width: 1; } .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
    .value { stroke: var(--value); } .bound { stroke: var(--bound); stroke-dasharray: 6 4; }
    .dot { stroke: none; } .dot.value { fill: var(--value); } .dot.bound { fill: var(--bound); }
    </style>
    <rect class="page" width="100%" height="100%"/>
    <text class="ink" x="\(n(left))" y="26" font-size="16" font-weight="600">\(escaped(title))</text>
    <text class="faint" x="\(n(left))" y="46" font-size="12">\(escaped(subtitle))</text>

    """
  }

  /// A page without a plot: there is nothing to draw.
  package func message(_ title: String, _ subtitle: String) -> String {
    head(title, subtitle)
      + "<text class=\"faint\" x=\"\(n(width / 2))\" y=\"\(n(height / 2))\" font-size=\"14\" "
      + "text-anchor=\"middle\">no value was reported while it ran</text>\n</svg>\n"
  }

  package func grid(_ x: Scale, _ y: Scale) -> String {
    var text = ""
    for tick in y.ticks {
      let at = vertical(y.fraction(tick.value))
      text += line(left, at, left + plotWidth, at)
      text += words(tick.label, left - 8, at + 4, anchor: "end")
    }
    for tick in x.ticks {
      let at = horizontal(x.fraction(tick.value))
      text += line(at, top, at, top + plotHeight)
      text += words(tick.label, at, top + plotHeight + 18, anchor: "middle")
    }
    return text
  }

  /// A staircase: a value holds until the next one; with `isMarked` a line from point to point.
  package func steps(_ curve: ConvergencePlot.Curve, _ x: Scale, _ y: Scale, isMarked: Bool = false) -> String {
    var path = ""
    var last = (x: -1.0, y: -1.0)
    for (i, point) in curve.points.enumerated() {
      let h = horizontal(min(1, max(0, x.fraction(point.x))))
      let v = vertical(min(1, max(0, y.fraction(point.y))))
      if i == 0 {
        path += "M\(n(h)) \(n(v))"
      } else if i == curve.points.count - 1 || abs(h - last.x) >= 0.4 || abs(v - last.y) >= 0.4 {
        path += isMarked ? "L\(n(h)) \(n(v))" : "H\(n(h))V\(n(v))"
      } else {
        continue
      }
      last = (h, v)
    }
    // Few points are worth a mark each; a single one would otherwise not be seen.
    let marks = curve.points.count > (isMarked ? 60 : 12) ? [] : curve.points
    let dots = marks.map { point in
      let h = horizontal(min(1, max(0, x.fraction(point.x))))
      let v = vertical(min(1, max(0, y.fraction(point.y))))
      return "<circle class=\"dot \(curve.style)\" cx=\"\(n(h))\" cy=\"\(n(v))\" r=\"3.5\"/>\n"
    }
    return "<path class=\"line \(curve.style)\" d=\"\(path)\"/>\n" + dots.joined()
  }

  /// A mark for each point.
  package func dots(_ points: [(x: Double, y: Double)], _ style: String, _ x: Scale, _ y: Scale) -> String {
    points.map { point in
      let (h, v) = (horizontal(x.fraction(point.x)), vertical(y.fraction(point.y)))
      return "<circle class=\"dot \(style)\" cx=\"\(n(h))\" cy=\"\(n(v))\" r=\"3\"/>\n"
    }.joined()
  }

  /// The names of the curves in a line at the top right, beside the title or below it; one curve needs none, its axis
  /// names it.
  package func legend(_ curves: [ConvergencePlot.Curve], besideTitle: Bool = false) -> String {
    guard curves.count > 1 else { return "" }
    var text = ""
    var x = left + plotWidth
    let y = besideTitle ? 26.0 : 46.0
    for curve in curves.reversed() {
      x -= max(100, 48 + 7 * Double(curve.name.count))
      text += "<path class=\"line \(curve.style)\" d=\"M\(n(x)) \(n(y - 4))h22\"/>\n"
      text += "<text class=\"ink\" x=\"\(n(x + 28))\" y=\"\(n(y))\" font-size=\"12\">\(escaped(curve.name))</text>\n"
    }
    return text
  }

  package func axisTitles(x: String, y: String) -> String {
    words(x, left + plotWidth / 2, height - 12, anchor: "middle")
      + "<text class=\"faint\" font-size=\"12\" text-anchor=\"middle\" "
      + "transform=\"translate(18 \(n(top + plotHeight / 2))) rotate(-90)\">\(escaped(y))</text>\n"
  }

  private func horizontal(_ fraction: Double) -> Double { left + fraction * plotWidth }
  private func vertical(_ fraction: Double) -> Double { top + (1 - fraction) * plotHeight }

  private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
    "<path class=\"grid\" d=\"M\(n(x1)) \(n(y1))L\(n(x2)) \(n(y2))\"/>\n"
  }

  private func words(_ text: String, _ x: Double, _ y: Double, anchor: String) -> String {
    "<text class=\"faint\" x=\"\(n(x))\" y=\"\(n(y))\" font-size=\"12\" text-anchor=\"\(anchor)\">"
      + "\(escaped(text))</text>\n"
  }

  /// A coordinate with two decimals.
  private func n(_ value: Double) -> String { Numbers.short((100 * value).rounded() / 100, digits: 7) }
}

/// Text that may stand in XML and HTML.
package func escaped(_ text: String) -> String {
  var result = ""
  for character in text {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    default: result.append(character)
    }
  }
  return result
}
