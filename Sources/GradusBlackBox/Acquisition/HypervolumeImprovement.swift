// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The logarithm of the hypervolume that one more answer is expected to add to a front, all objectives being minimized and
/// independent of each other:
///
///     E[HVI] = Σ_boxes Π_k [ψ_k(u_k) − ψ_k(l_k)],    ψ_k(u) = E[max(0, u − f_k(x))] = σ_k·h((u − μ_k)/σ_k)
///
/// The boxes are what the front leaves undominated below the reference point. Exact, with exact gradients; sums and differences
/// are those of logarithms, so that nothing underflows. Cost: that of a posterior for each objective, and a few
/// operations a box.
/// **Reference** M. Emmerich, A. Deutz, J. Klinkenberg, CEC 2011; K. Yang et al., J. Global Optim. 75 (2019); S. Ament et
/// al., NeurIPS 2023, for the logarithm.
public struct LogHypervolumeImprovement: Acquisition {
  public let objectives: [GaussianProcess]
  private let axes: [Axis]
  /// For each box the number of its interval on each axis.
  private let cells: [[Int]]

  /// The levels of one objective and the intervals between them that boxes have.
  private struct Axis: Sendable {
    var levels: [Double] = []
    /// Indices of levels; −1 for −∞.
    var intervals: [(lower: Int, upper: Int)] = []
  }

  public init(_ objectives: [GaussianProcess], front: [[Double]], reference: [Double]) {
    precondition(
      objectives.count == reference.count && front.allSatisfy { $0.count == reference.count },
      "a process and a reference for each objective")
    self.objectives = objectives
    let boxes = NonDominatedBoxes(front: front, reference: reference).cells
    var axes: [Axis] = []
    var cells = [[Int]](repeating: [], count: boxes.count)
    for k in objectives.indices {
      var axis = Axis()
      axis.levels = Set(boxes.flatMap { [$0.lower[k], $0.upper[k]] }.filter(\.isFinite)).sorted()
      let places = Dictionary(uniqueKeysWithValues: axis.levels.enumerated().map { ($1, $0) })
      var known: [SIMD2<Int>: Int] = [:]
      for (i, box) in boxes.enumerated() {
        let interval = SIMD2(places[box.lower[k]] ?? -1, places[box.upper[k]] ?? 0)
        if known[interval] == nil {
          known[interval] = axis.intervals.count
          axis.intervals.append((interval[0], interval[1]))
        }
        cells[i].append(known[interval] ?? 0)
      }
      axes.append(axis)
    }
    self.axes = axes
    self.cells = cells
  }

  private struct Part {
    var log: Double
    var byMean: Double
    var byDeviation: Double
  }

  /// ln[ψ(u) − ψ(l)] of each interval, with derivatives.
  private func parts(_ axis: Axis, _ mean: Double, _ deviation: Double) -> [Part] {
    let levels = axis.levels.map { level in
      let z = (level - mean) / deviation
      let tail = NormalTails.logImprovement(z)
      return Part(
        log: log(deviation) + tail.value, byMean: -tail.slope / deviation,
        byDeviation: (1 - z * tail.slope) / deviation)
    }
    return axis.intervals.map { interval in
      let upper = levels[interval.upper]
      guard interval.lower >= 0 else { return upper }
      let lower = levels[interval.lower]
      let ratio = exp(lower.log - upper.log)
      let rest = max(1 - ratio, 1e-300)
      return Part(
        log: upper.log + log(rest), byMean: (upper.byMean - ratio * lower.byMean) / rest,
        byDeviation: (upper.byDeviation - ratio * lower.byDeviation) / rest)
    }
  }

  private func sum(_ parts: [[Part]]) -> (value: Double, logs: [Double]) {
    let logs = cells.map { cell in cell.indices.reduce(0) { $0 + parts[$1][cell[$1]].log } }
    let highest = logs.max() ?? -.infinity
    guard highest.isFinite else { return (-1e6, logs) }
    return (highest + log(logs.reduce(0) { $0 + exp($1 - highest) }), logs)
  }

  public func value(at x: Vector) -> Double { values(at: [x])[0] }

  public func values(at points: [Vector]) -> [Double] {
    let posteriors = objectives.map { $0.posteriors(at: points) }
    return points.indices.map { i in
      let parts = objectives.indices.map { k in
        let deviation = LogExpectedImprovement.deviation(posteriors[k][i].variance, of: objectives[k]).value
        return self.parts(axes[k], posteriors[k][i].mean, deviation)
      }
      return sum(parts).value
    }
  }

  public func linearized(at x: Vector) -> (value: Double, gradient: Vector) {
    let posteriors = objectives.map { $0.linearized(at: x) }
    let deviations = objectives.indices.map {
      LogExpectedImprovement.deviation(posteriors[$0].variance, of: objectives[$0]).value
    }
    let parts = objectives.indices.map { self.parts(axes[$0], posteriors[$0].mean, deviations[$0]) }
    let (value, logs) = sum(parts)
    var (byMean, byDeviation) = (Vector.zeros(parts.count), Vector.zeros(parts.count))
    for (cell, log) in zip(cells, logs) {
      let weight = exp(log - value)
      guard weight > 0 else { continue }
      for k in cell.indices {
        byMean[k] += weight * parts[k][cell[k]].byMean
        byDeviation[k] += weight * parts[k][cell[k]].byDeviation
      }
    }
    var gradient = Vector.zeros(x.count)
    for k in parts.indices {
      for j in x.indices {
        let spread = posteriors[k].varianceGradient[j] / (2 * deviations[k])
        gradient[j] += byMean[k] * posteriors[k].meanGradient[j] + byDeviation[k] * spread
      }
    }
    return (value, gradient)
  }
}
