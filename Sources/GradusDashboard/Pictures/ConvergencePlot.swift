// SPDX-License-Identifier: Apache-2.0
import Gradus

/// How a run came to its end, as a self-contained SVG picture that suits light and dark surroundings.
///
/// With a bound, incumbent and bound are drawn. Without one, the distance of the value to its final one is drawn on a
/// logarithmic scale when it spans decades, or else the method's measure of optimality when that falls, or else the value.
package struct ConvergencePlot {
  package var title: String
  package var subtitle: String
  package var samples: [History.Sample]
  package var width = 760.0
  package var height: Double
  /// What the value is called, when it is to be drawn itself and over steps.
  package var quantity: String?
  /// Numbers of the same kind that were looked at now and then, as points on a line.
  package var marks: Curve?

  package init(
    title: String, subtitle: String, samples: [History.Sample], height: Double = 400, quantity: String? = nil,
    marks: Curve? = nil
  ) {
    self.title = title
    self.subtitle = subtitle
    self.samples = samples
    self.height = height
    self.quantity = quantity
    self.marks = marks
  }

  package struct Curve {
    package var name: String
    package var style: String
    package var points: [(x: Double, y: Double)]

    package init(name: String, style: String, points: [(x: Double, y: Double)]) {
      self.name = name
      self.style = style
      self.points = points
    }
  }

  /// What is drawn up the page.
  private enum Content {
    case bounds, distance, measure, value

    var axis: String {
      switch self {
      case .bounds, .value: "objective"
      case .distance: "value − final value"
      case .measure: "measure of optimality"
      }
    }

    var isLogarithmic: Bool { self == .distance || self == .measure }
  }

  package var svg: String {
    let frame = Frame(width: width, height: height)
    let content = content
    let curves = curves(content).filter { !$0.points.isEmpty }
    guard let xScale = xScale(curves), let yScale = yScale(curves, content) else {
      return frame.message(title, subtitle)
    }
    var text = frame.head(title, subtitle) + frame.grid(xScale, yScale)
    for curve in curves { text += frame.steps(curve, xScale, yScale, isMarked: curve.style == marks?.style) }
    text += frame.legend(curves, besideTitle: marks != nil)
    return text
      + frame.axisTitles(
        x: quantity != nil ? "steps" : countsAnswers ? "answers" : "seconds", y: quantity ?? content.axis) + "</svg>\n"
  }

  private var content: Content {
    if quantity != nil { return .value }
    if samples.contains(where: { $0.bound?.isFinite == true }) { return .bounds }
    let values = samples.compactMap(\.value)
    if let low = values.min(), let first = values.first, let second = values.filter({ $0 > low }).min(),
      (first - low) / (second - low) > 30
    {
      return .distance
    }
    let measures = samples.compactMap(\.measure).filter { $0 > 0 && $0.isFinite }
    if measures.count >= 3, let low = measures.min(), let high = measures.max(), high > 10 * low { return .measure }
    return .value
  }

  /// Short runs are drawn by answers: their seconds say more about the machine than about the method.
  private var countsAnswers: Bool {
    if quantity != nil { return true }
    guard let last = samples.last, !samples.contains(where: { $0.isInterim }) else { return false }
    return last.seconds < 1 && last.answers > 1
  }

  private func curves(_ content: Content) -> [Curve] {
    let best = samples.compactMap(\.value).min() ?? 0
    func points(_ read: (History.Sample) -> Double?) -> [(x: Double, y: Double)] {
      samples.compactMap { sample in
        guard let y = read(sample), y.isFinite, !content.isLogarithmic || y > 0 else { return nil }
        return (countsAnswers ? Double(sample.answers) : sample.seconds, y)
      }
    }
    switch content {
    case .distance: return [Curve(name: content.axis, style: "value", points: points { $0.value.map { $0 - best } })]
    case .measure: return [Curve(name: content.axis, style: "value", points: points(\.measure))]
    case .value:
      return [Curve(name: quantity ?? "incumbent", style: "value", points: points(\.value))]
        + (marks.map { [$0] } ?? [])
    case .bounds:
      return [
        Curve(name: "incumbent", style: "value", points: points(\.value)),
        Curve(name: "bound", style: "bound", points: points(\.bound)),
      ]
    }
  }

  private func xScale(_ curves: [Curve]) -> Scale? {
    let end = curves.flatMap { $0.points.map(\.x) }.max() ?? 0
    return end > 0 ? Scale(from: 0, to: end, isLogarithmic: false) : nil
  }

  private func yScale(_ curves: [Curve], _ content: Content) -> Scale? {
    let values = curves.flatMap { $0.points.map(\.y) }
    guard let low = values.min(), let high = values.max() else { return nil }
    if content.isLogarithmic { return Scale(from: low, to: high, isLogarithmic: true) }
    let margin = high > low ? 0.05 * (high - low) : max(1, abs(high)) * 0.05
    return Scale(from: low - margin, to: high + margin, isLogarithmic: false)
  }
}

extension ConvergencePlot {
  package init(document: ResultDocument, samples: [History.Sample]) {
    let objective = document.objective.map { ", objective \(Numbers.short($0, digits: 8))" } ?? ""
    self.init(
      title: document.problem.name,
      subtitle: "\(document.method.name), seed \(document.seed): \(document.status.rawValue)\(objective)",
      samples: samples)
  }
}
