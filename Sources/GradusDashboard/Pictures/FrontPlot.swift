// SPDX-License-Identifier: Apache-2.0
import Gradus

/// A Pareto front as a self-contained SVG picture: two objectives as points of the plane, more of them as one line a point over the
/// objectives, each as a share of its range.
package struct FrontPlot {
  package var title: String
  package var subtitle: String
  /// The objectives of each point.
  package var front: [[Double]]
  package var width = 760.0
  package var height = 400.0

  package init(title: String, subtitle: String, front: [[Double]], width: Double = 760, height: Double = 400) {
    self.title = title
    self.subtitle = subtitle
    self.front = front
    self.width = width
    self.height = height
  }

  package var svg: String {
    let frame = Frame(width: width, height: height)
    guard let m = front.first?.count, m >= 1 else { return frame.message(title, subtitle) }
    return m <= 2 ? plane(frame, m) : parallel(frame, m)
  }

  private func range(_ k: Int) -> (low: Double, high: Double) {
    let values = front.map { $0[k] }
    return (values.min() ?? 0, values.max() ?? 0)
  }

  private func scale(_ k: Int) -> Scale {
    let (low, high) = range(k)
    let margin = high > low ? 0.05 * (high - low) : max(1, abs(high)) * 0.05
    return Scale(from: low - margin, to: high + margin, isLogarithmic: false)
  }

  private func plane(_ frame: Frame, _ m: Int) -> String {
    let (x, y) = (scale(0), scale(m - 1))
    return frame.head(title, subtitle) + frame.grid(x, y)
      + frame.dots(front.map { ($0[0], $0[m - 1]) }, "value", x, y)
      + frame.axisTitles(x: "objective 1", y: "objective \(m)") + "</svg>\n"
  }

  private func parallel(_ frame: Frame, _ m: Int) -> String {
    let x = Scale(from: 1, to: Double(m), isLogarithmic: false)
    let y = Scale(from: 0, to: 1, isLogarithmic: false)
    let ranges = (0..<m).map { range($0) }
    var text = frame.head(title, subtitle) + frame.grid(x, y)
    for point in front {
      let line = (0..<m).map { k in
        let (low, high) = ranges[k]
        return (Double(k + 1), high > low ? (point[k] - low) / (high - low) : 0)
      }
      text += frame.steps(.init(name: "", style: "value", points: line), x, y, isMarked: true)
    }
    return text + frame.axisTitles(x: "objective", y: "share of its range") + "</svg>\n"
  }
}

extension FrontPlot {
  package init(document: ResultDocument) {
    self.init(
      title: document.problem.name,
      subtitle:
        "\(document.method.name), seed \(document.seed): \(Numbers.counted(document.front.count, "point")) of the front",
      front: document.front.map(\.objectives))
  }
}
