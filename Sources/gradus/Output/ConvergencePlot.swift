// SPDX-License-Identifier: Apache-2.0
import Gradus

/// Incumbent and bound over time as a self-contained SVG picture that suits light and dark surroundings.
///
/// The distance to the best value known at the end is drawn on a logarithmic scale when the values span decades;
/// with a bound, and for values that stay within one decade, the values themselves are drawn.
struct ConvergencePlot {
  var title: String
  var subtitle: String
  var samples: [History.Sample]
  /// Shown as a horizontal line: the objective of the final result.
  var objective: Double?
  var width = 760.0
  var height = 420.0

  var svg: String {
    let frame = Frame(width: width, height: height)
    let series = curves
    guard let xScale = timeScale, let yScale = valueScale(series) else { return frame.message(title, subtitle) }
    var text = frame.head(title, subtitle)
    text += frame.grid(xScale, yScale)
    var label = 0.0
    for curve in series where !curve.points.isEmpty {
      text += frame.steps(curve, xScale, yScale)
      text += frame.legend(curve.name, style: curve.style, at: label)
      label += 1
    }
    return text + frame.axisTitles(x: "seconds", y: yTitle(yScale)) + "</svg>\n"
  }

  struct Curve {
    var name: String
    var style: String
    var points: [(x: Double, y: Double)]
  }

  private var isRelative: Bool { !samples.contains { $0.bound != nil } && spansDecades }

  private var spansDecades: Bool {
    let values = samples.compactMap(\.value)
    guard let low = values.min(), let first = values.first else { return false }
    let second = values.filter { $0 > low }.min() ?? low
    return second > low && (first - low) / (second - low) > 30
  }

  private var curves: [Curve] {
    var incumbent: [(x: Double, y: Double)] = []
    var bound: [(x: Double, y: Double)] = []
    let best = samples.compactMap(\.value).min() ?? 0
    for sample in samples {
      if let value = sample.value, value.isFinite {
        let y = isRelative ? value - best : value
        if !isRelative || y > 0 { incumbent.append((sample.seconds, y)) }
      }
      if let value = sample.bound, value.isFinite { bound.append((sample.seconds, value)) }
    }
    let end = samples.last?.seconds ?? 0
    if !isRelative, let last = incumbent.last { incumbent.append((end, last.y)) }
    if let last = bound.last { bound.append((end, last.y)) }
    return [
      Curve(name: isRelative ? "distance to the final value" : "incumbent", style: "value", points: incumbent),
      Curve(name: "bound", style: "bound", points: bound),
    ]
  }

  private var timeScale: Scale? {
    guard let end = samples.last?.seconds, end > 0 else { return nil }
    return Scale(from: 0, to: end, isLogarithmic: false)
  }

  private func valueScale(_ series: [Curve]) -> Scale? {
    let values = series.flatMap { $0.points.map(\.y) }
    guard let low = values.min(), let high = values.max() else { return nil }
    if isRelative { return Scale(from: low, to: high, isLogarithmic: true) }
    let margin = high > low ? 0.05 * (high - low) : max(1, abs(high)) * 0.05
    return Scale(from: low - margin, to: high + margin, isLogarithmic: false)
  }

  private func yTitle(_ scale: Scale) -> String { scale.isLogarithmic ? "value − best" : "objective" }
}

extension ConvergencePlot {
  init(document: ResultDocument, samples: [History.Sample]) {
    let objective = document.objective.map { ", objective \(Numbers.short($0, digits: 8))" } ?? ""
    self.init(
      title: document.problem.name,
      subtitle: "\(document.method.name), seed \(document.seed): \(document.status.rawValue)\(objective)",
      samples: samples, objective: document.objective)
  }
}
