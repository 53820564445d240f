// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The process of several fidelities that one question is chosen by, or that of the full function alone.
struct FidelitySurrogate {
  /// What each level that may be asked promises.
  let acquisitions: [(level: Int, acquisition: LogAugmentedImprovement)]
  /// Inputs of good points, best first.
  let incumbents: [Vector]

  /// nil where a level has fewer than two answers, or no matrix is positive definite.
  init?(_ method: MultiFidelityOptimization, _ s: inout MultiFidelityOptimization.State) {
    var fit = s.problem.isNoisy ? SurrogateFit.noisy : .exact
    fit.kernel = method.kernel
    let metric = s.inputs.metric
    let data = s.histories.map { history in
      let sound = history.points.indices.filter { history.values[$0].isFinite }
      return LevelData(inputs: sound.map { history.inputs[$0] }, values: sound.map { history.values[$0] })
    }
    let top = s.top
    guard data[top].values.count >= 2 else { return nil }
    // What failed counts as the worst answer of its level, but never as one of the best.
    var full = data[top]
    if let worst = full.values.max() {
      for (i, value) in s.histories[top].values.enumerated() where !value.isFinite {
        full.inputs.append(s.histories[top].inputs[i])
        full.values.append(worst)
      }
    }
    fit.restarts = s.histories[top].count % 5 == 0 ? 1 : 0
    var alone = [s.aloneFit]
    guard
      let single = AutoregressiveProcess.fitted(
        to: [full], fit, metric, last: &alone, refits: true, random: &s.random)
    else { return nil }
    s.aloneFit = alone[0]
    var process: (any FidelityProcess)?
    var isProved = false
    if data.allSatisfy({ $0.values.count >= 2 }), Self.isPredictable(data[top - 1], fit, metric, &s) {
      let all = Array(data.dropLast()) + [full]
      switch method.relation {
      case .autoregressive:
        process = AutoregressiveProcess.fitted(to: all, fit, metric, last: &s.fits, refits: true, random: &s.random)
      case .truncated:
        let fidelities = s.problem.fidelities.map(\.fidelity)
        process = TruncatedProcess.fitted(to: all, fidelities: fidelities, fit, metric, last: &s.truncatedFit)
      }
    }
    if let joint = process {
      let worth = Self.worth(joint, single, full)
      let isRelated = abs(worth.correlation ?? 1) >= method.guard
      if worth.share > (isRelated ? 1 : 0.5) { process = nil }
      isProved = isRelated && worth.share <= 0.5
    }

    let best: Double
    if s.problem.isNoisy {
      let known: any FidelityProcess = process ?? single
      best = full.inputs.map { known.relation(at: $0, level: known.levels - 1).mean }.min() ?? 0
    } else {
      best = data[top].values.min() ?? 0
    }
    let order = full.values.indices.sorted { (full.values[$0], $0) < (full.values[$1], $1) }
    var good = order.prefix(4).map { full.inputs[$0] }
    let waiting = s.search.waiting
    if var process {
      for level in 0..<top {
        if let i = data[level].values.indices.min(by: { data[level].values[$0] < data[level].values[$1] }) {
          good.append(data[level].inputs[i])
        }
      }
      for point in waiting { process.expect(at: s.inputs.inputs(of: point.point), level: point.level) }
      let costs = (0...top).map { s.cost($0) / s.cost(top) }
      // Until it is proved that cheap answers help, they get a third of the cost at most.
      let levels = isProved || s.cheapCost <= 0.5 * s.spent[top] ? Array(0...top) : [top]
      let joint = process
      acquisitions = levels.map { level in
        (level, LogAugmentedImprovement(joint, level: level, best: best, cost: costs[level]))
      }
    } else {
      var single = single
      for point in waiting where point.level == top { single.expect(at: s.inputs.inputs(of: point.point), level: 0) }
      acquisitions = [(top, LogAugmentedImprovement(single, level: 0, best: best, cost: 1))]
    }
    incumbents = good
  }

  /// Whether a level is predicted better by its other answers than by their mean: what looks like noise tells nothing.
  private static func isPredictable(
    _ level: LevelData, _ fit: SurrogateFit, _ metric: InputMetric, _ s: inout MultiFidelityOptimization.State
  ) -> Bool {
    let count = level.values.count
    guard count >= 5 else { return true }
    // A few answers more do not change what a level looks like.
    if count < s.judgedAt + max(2, s.judgedAt / 4) { return s.isPredictable }
    var last = [s.belowFit]
    guard
      let own = AutoregressiveProcess.fitted(
        to: [level], fit, metric, last: &last, refits: true, random: &s.random)
    else { return false }
    s.belowFit = last[0]
    let scale = StandardValues(level.values).deviation
    let square = own.parts[0].leaveOneOutErrors.reduce(0) { $0 + $1 * $1 } / Double(level.values.count)
    (s.judgedAt, s.isPredictable) = (count, square < 0.9 * scale * scale)
    return s.isPredictable
  }

  /// The guard: the squares of errors with each answer of the full function left out, in shares of those without the other levels,
  /// and the correlation with what the level below says where that does not know these answers. A few decide nothing.
  private static func worth(
    _ joint: any FidelityProcess, _ single: AutoregressiveProcess, _ full: LevelData
  ) -> (share: Double, correlation: Double?) {
    guard full.values.count >= 5 else { return (1, nil) }
    func error(_ process: any FidelityProcess) -> Double {
      process.leaveOneOutErrors(of: process.levels - 1).reduce(0) { $0 + $1 * $1 }
    }
    let without = error(single)
    let share = without > 0 ? error(joint) / without : 1
    guard joint is AutoregressiveProcess else { return (share, nil) }
    let below = full.inputs.map { joint.relation(at: $0, level: joint.levels - 2).mean }
    return (share, correlation(below, full.values))
  }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let n = Double(a.count)
    let (ma, mb) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
    var (aa, ab, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      aa += (x - ma) * (x - ma)
      ab += (x - ma) * (y - mb)
      bb += (y - mb) * (y - mb)
    }
    return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : 0
  }
}
