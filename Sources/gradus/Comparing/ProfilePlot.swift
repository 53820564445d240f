// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// Performance profiles as staircases, with the names of the rules at their right ends.
struct ProfilePlot {
  var names: [String]
  var profiles: PerformanceProfiles
  /// The best first.
  var order: [Int]

  private let width = 860.0
  private let left = 56.0
  private let top = 20.0
  private let right = 190.0
  private var height: Double { max(380, top + bottom + 18 * Double(names.count)) }
  private let bottom = 48.0

  init(names: [String], profiles: PerformanceProfiles, order: [Int]) {
    self.names = names
    self.profiles = profiles
    self.order = order
  }

  private func x(_ ratio: Double) -> Double {
    left + (ratio - 1) / (profiles.horizon - 1) * (width - left - right)
  }

  private func y(_ share: Double) -> Double { top + (1 - share) * (height - top - bottom) }

  private func n(_ value: Double) -> String { Numbers.short((10 * value).rounded() / 10, digits: 6) }

  /// Hues that stay apart in light and dark surroundings, also for most color-blind readers.
  private static let colors = [
    "#0b7dda", "#d9660b", "#2a9d5c", "#c23b8f", "#7a5fd0", "#8a7a12", "#d03a3a", "#1fa3a8", "#6b7280",
  ]

  var svg: String {
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(n(width)) \(n(height))" role="img" \
      aria-label="performance profiles" font-family="system-ui, sans-serif" font-size="12">
      <style>.g { stroke: var(--grid, #e3e6ea); } .t { fill: var(--faint, #5b6470); }</style>

      """
    for k in 0...4 {
      let share = Double(k) / 4
      text += "<path class=\"g\" d=\"M\(n(left)) \(n(y(share)))H\(n(width - right))\"/>\n"
      text += "<text class=\"t\" x=\"\(n(left - 8))\" y=\"\(n(y(share) + 4))\" text-anchor=\"end\">\(25 * k) %</text>\n"
    }
    for k in 0...6 {
      let ratio = 1 + Double(k) / 6 * (profiles.horizon - 1)
      text += "<text class=\"t\" x=\"\(n(x(ratio)))\" y=\"\(n(height - bottom + 18))\" text-anchor=\"middle\">"
      text += "\(Numbers.short(ratio, digits: 3))</text>\n"
    }
    text += "<text class=\"t\" x=\"\(n((left + width - right) / 2))\" y=\"\(n(height - 8))\" text-anchor=\"middle\">"
    text += "times the steps of the fastest</text>\n"
    for (place, c) in order.enumerated() {
      let color = Self.colors[place % Self.colors.count]
      let dash = place < Self.colors.count ? "" : " stroke-dasharray=\"6 4\""
      var path = ""
      for (i, corner) in profiles.corners(of: c).enumerated() {
        path += i == 0 ? "M\(n(x(corner.ratio))) \(n(y(corner.share)))" : "H\(n(x(corner.ratio)))V\(n(y(corner.share)))"
      }
      text += "<path d=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"\(dash)/>\n"
      // Names in the order of the scores beside the plot: lines that end together would cover each other's names.
      let line = top + 14 + 18 * Double(place)
      text +=
        "<path d=\"M\(n(width - right + 14)) \(n(line - 4))h18\" stroke=\"\(color)\" stroke-width=\"2\"\(dash)/>\n"
      text += "<text class=\"t\" x=\"\(n(width - right + 38))\" y=\"\(n(line))\">\(escaped(names[c]))</text>\n"
    }
    return text + "</svg>\n"
  }
}
