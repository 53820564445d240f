// SPDX-License-Identifier: Apache-2.0
import Gradus

/// An axis of a picture of a study: numbers, whole numbers, or choices, to shares of its length.
package struct PlotAxis {
  /// Marks worth a line, with their words.
  package private(set) var ticks: [(at: Double, label: String)] = []
  /// Where the choices of a category begin and end; empty for numbers.
  package private(set) var bands: [(from: Double, to: Double)] = []
  private var scale: Scale?
  private var floor = 0.0

  /// Values of an objective: logarithmic when they are positive and span three decades. `floor`: the share of the axis that is left
  /// free below them.
  package init(values: some Sequence<Double>, floor: Double = 0) {
    let finite = values.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    let isLog = low > 0 && high / low >= 1000 && high / low < .infinity
    self.floor = floor
    span(low, high, isLog: isLog)
  }

  /// All values that a parameter may have.
  package init(_ distribution: ParameterDistribution) {
    switch distribution {
    case .float(let low, let high, _, _): span(low, high, isLog: distribution.isLogarithmic)
    case .integer(let low, let high, _, _):
      span(Double(low), Double(high), isLog: distribution.isLogarithmic)
      if !distribution.isLogarithmic { ticks = ticks.filter { Int($0.label) != nil || $0.label.contains("e") } }
    case .categorical(let choices):
      let n = Double(max(1, choices.count))
      bands = choices.indices.map { (Double($0) / n, Double($0 + 1) / n) }
      // Beyond a dozen choices the words would cover each other.
      let step = (choices.count + 11) / 12
      ticks = choices.indices.filter { $0.isMultiple(of: max(1, step)) }.map {
        ((Double($0) + 0.5) / n, StudyText.plain(choices[$0].text ?? choices[$0].description, limit: 14))
      }
    }
  }

  /// Whole numbers from 0, such as those of trials and steps.
  package init(whole values: some Sequence<Int>) {
    let list = Array(values)
    span(Double(list.min() ?? 0), Double(max(list.max() ?? 1, (list.min() ?? 0) + 1)), isLog: false, margin: 0.01)
    ticks = ticks.filter { Int($0.label) != nil || $0.label.contains("e") }
  }

  private mutating func span(_ low: Double, _ high: Double, isLog: Bool, margin: Double = 0.04) {
    guard low.isFinite, high.isFinite, (high - low).isFinite else { return }
    if isLog {
      let scale = Scale(from: low, to: high, isLogarithmic: true)
      ticks = scale.ticks.map { (scale.fraction($0.value), $0.label) }
      self.scale = scale
    } else {
      let space = high > low ? margin * (high - low) : max(1, abs(high)) * 0.05
      let scale = Scale(from: low - space, to: high + space, isLogarithmic: false)
      ticks = scale.ticks.map { (scale.fraction($0.value), $0.label) }
      self.scale = scale
    }
    ticks = ticks.filter { $0.at.isFinite && $0.at > -1e-9 && $0.at < 1 + 1e-9 }
    for k in ticks.indices { ticks[k].at = floor + (1 - floor) * ticks[k].at }
  }

  /// Where a number stands, from 0 to 1; numbers beyond the ends stand at the ends.
  package func fraction(_ value: Double) -> Double {
    if !bands.isEmpty { return min(1, max(0, (value + 0.5) / Double(bands.count))) }
    guard let scale, !value.isNaN else { return 0.5 }
    if scale.isLogarithmic, value <= 0 { return floor }
    let fraction = scale.fraction(value)
    return floor + (1 - floor) * (fraction.isNaN ? 0.5 : min(1, max(0, fraction)))
  }
}
